import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mirrorFolder } from '../foundation';
import type { ContextStyle } from './gold-annotation';
import { collectGold, measureRoundTrip, readGold } from './round-trip.fixture';

const mirror = mirrorFolder();
/** Minimum share of placed annotations. */
const SHARES: Record<ContextStyle, number> = { 'blanks kept': 0.998, stripped: 0.995, 'three words': 0.998 };

for (const [style, share] of Object.entries(SHARES) as [ContextStyle, number][]) {
  test(`gold mentions of CRAFT are placed correctly, contexts ${style}`, {
    skip: mirror ? false : 'needs FALCONFRAMES_MIRROR',
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'round-trip-'));
    try {
      // A few articles; the benchmark uses all.
      const gold = readGold(join(mirror!, 'craft'), style).filter((_, index) => index % 16 === 0);
      await collectGold(gold, folder);
      const trip = measureRoundTrip(gold, folder);
      assert.ok(trip.annotations > 800);
      assert.ok(trip.placed >= share * trip.annotations, trip.examples.join('\n'));
      assert.deepEqual([trip.wrong, trip.cutMidWord], [0, 0], trip.examples.join('\n'));
      // Sanity check of the measure: most first occurrences are not the annotated place.
      assert.ok(trip.firstOccurrence.right < 0.4 * trip.annotations);
      assert.ok(trip.firstOccurrence.cutMidWord > 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
