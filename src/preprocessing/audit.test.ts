import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectArticles, summarizeCollection } from '../collection';
import { TYPES } from '../collection/types.fixture';
import { mirrorFolder } from '../foundation';
import { capitalArticles, collectedArticles, craftArticles } from './annotated-articles';
import { auditAnchoring } from './audit';

test('the sample: its summary, and the outcome of a search for names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  try {
    await collectArticles({ source: 'sample', types: TYPES, out: folder });
    const summary = summarizeCollection(folder, { top: 3 });
    assert.equal(summary.articles, 21);
    assert.deepEqual(
      summary.byProvider.map((row) => [row.provider, row['Gene Mutations'], row.Cell]),
      [
        ['OntoGene', 0, 168],
        ['PubTator_NCBI', 240, 0],
        ['HES-SO_SIB', 0, 10],
      ],
    );
    assert.equal(summary.frequentMentions.length, 3);
    for (const [label, share] of Object.entries(summary.frequentShare)) {
      const counts = summary.frequentMentions.map((row) => Number(/\((\d+)\)$/.exec(`${row[label]}`)![1]));
      const listed = counts.reduce((total, number) => total + number, 0);
      assert.equal(share, listed / summary.annotations[label]);
    }

    const { rows, examples } = await auditAnchoring(collectedArticles(folder), 3);
    for (const row of rows) {
      assert.equal(row.annotations, summary.annotations[row.class]);
      assert.equal(row['placed here'], row.annotations);
      assert.equal(row['cut mid-word here'], 0);
      assert.equal(row['at the gold offsets'], null);
    }
    assert.ok(rows.some((row) => row.class === 'Cell' && row['name cuts a word'] > 50));
    assert.equal(examples.length, 3);
    for (const { text, gold, predicted } of examples) {
      assert.match(text.slice(predicted[0].end - 1, predicted[0].end + 1), /^\w\w$/);
      assert.ok(gold[0].end <= text.length);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const view = {
  name: 'collected',
  classes: {
    'Gene Mutations': ['GM'],
    Cell: ['CL'],
    'Cell Line': ['CLine'],
    'Organ Tissue': ['OT', 'UBERON'],
  },
};
const mirror = { skip: mirrorFolder() ? false : 'needs FALCONFRAMES_MIRROR' };

test('CAPITAL: its own marks cut two of three cells, whole words cut none', mirror, async () => {
  const { rows } = await auditAnchoring(capitalArticles(view), 0);
  const cells = rows.find((row) => row.class === 'Cell')!;
  assert.equal(cells.annotations, 4402);
  // Counted in the published offsets, without any search: 2,946.
  const cut = cells['name cuts a word'] / cells['placed here'];
  assert.ok(Math.abs(cut - 2946 / 4402) < 0.01, `${cut}`);
  for (const row of rows) assert.equal(row['cut mid-word here'], 0);
});

test('CRAFT: gold mentions without offsets are placed correctly', mirror, async () => {
  const { rows, examples } = await auditAnchoring(craftArticles(view), 3);
  assert.deepEqual(
    rows.map((row) => row.class),
    ['Cell', 'Organ Tissue'],
  );
  for (const row of rows) {
    assert.ok(row['placed here'] / row.annotations > 0.98, JSON.stringify(row));
    assert.ok(row['at the gold offsets']! / row['placed here'] > 0.999, JSON.stringify(row));
  }
  assert.equal(examples.length, 3);
});
