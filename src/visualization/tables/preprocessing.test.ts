import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectArticles } from '../../collection';
import { TYPES } from '../../collection/types.fixture';
import { readSentences } from '../../foundation';
import { preprocessCollection } from '../../preprocessing';
import { preprocessingSteps } from './preprocessing';

test('what was read, less what the steps took away, is what the files hold', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steps-'));
  const [collection, out] = [join(folder, 'collection'), join(folder, 'sentences')];
  try {
    await collectArticles({ source: 'sample', types: TYPES, out: collection });
    for (const balance of [undefined, 1.5]) {
      const report = await preprocessCollection(collection, out, { negatives: 0.2, balance });
      const rows = preprocessingSteps(report);
      const steps = rows.map(({ step }) => step);
      assert.equal(steps.length, balance ? 9 : 8);
      for (const column of ['articles', 'sentences', 'mentions']) {
        const numbers = rows.map((row) => Number(row[column]));
        const sum = (from: number, to?: number) =>
          numbers.slice(from, to).reduce((total, number) => total + number, 0);
        assert.equal(sum(0, -3), sum(-3), column);
        assert.ok(numbers.slice(1, -3).every((number) => number <= 0));
      }
      const train = readSentences(join(out, 'train.jsonl'));
      assert.deepEqual(rows.at(-3), {
        step: 'written to train',
        articles: new Set(train.map(({ article }) => article)).size,
        sentences: train.length,
        mentions: train.flatMap(({ spans }) => spans).length,
      });
      const leaks = rows.filter(({ step }) => String(step).endsWith('later part repeats'));
      const removed = leaks.reduce((total, { sentences }) => total - Number(sentences), 0);
      assert.equal(removed, report.leaks.identical + report.leaks.nearIdentical);
      assert.ok(removed > 0);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
