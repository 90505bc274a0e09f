import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareModels, detailCorpora, detailExamined, type ExaminedSentence } from '../../evaluation';
import type { Span } from '../../foundation';
import { BIO } from '../../tokenization/tag-set.fixture';
import { FOUR } from '../labels.fixture';
import { comparisonTable, intervalTable, publishedTable } from './intervals';

/** A word of one token that is a gold mention, with its prediction and the logit of all outputs. */
function examined(article: number, gold: string, predicted: string | null): ExaminedSentence {
  const of = (label: string): Span => ({ start: 0, end: 4, label });
  const outputs = FOUR.flatMap((label) => [label === predicted ? 5 : -5, -5]);
  return {
    corpus: 'jnlpba',
    sentence: {
      ...{ article: String(article), section: '', paragraph: 0, offset: 0, text: 'HeLa' },
      ...{ spans: [of(gold)], annotated: ['Cell', 'Cell Line'] },
    },
    tagged: {
      encoded: { ids: [1], starts: [0], ends: [4] } as unknown as ExaminedSentence['tagged']['encoded'],
      logits: Float32Array.from(outputs),
      spans: predicted ? [{ ...of(predicted), score: 1 }] : [],
    },
  };
}

const options = { tagSet: BIO, tokenThreshold: 0.5, resamples: 200, seed: 1 };
const right = Array.from({ length: 12 }, (_, article) => examined(article, 'Cell', 'Cell'));
const wrong = Array.from({ length: 12 }, (_, article) => examined(article, 'Cell', null));

test('only labels with gold mentions have a row, with an interval', () => {
  const rows = intervalTable(detailCorpora([...right, ...wrong.slice(0, 6)], options));
  assert.deepEqual(
    rows.map((row) => [row.corpus, row.label, row['gold mentions']]),
    [['jnlpba', 'Cell', 18]],
  );
  assert.ok(Math.abs((rows[0]['strict F1'] as number) - 24 / 30) < 1e-12);
  assert.match(String(rows[0]['strict F1, 95% interval']), /^0\.\d\d to \d\.\d\d$/);
});

test('published figures are shown beside ours for the same corpus, n/a beside others', () => {
  const published = [
    ['jnlpba', 'five'],
    ['jnlpba', 'Cell'],
    ['elsewhere', 'five'],
  ].map(([corpus, classes]) => ({
    ...{ corpus, system: 'a system', classes, measure: 'strict F1' as const, f1: 0.79 },
    ...{ source: 'a paper', checked: 'second-hand' as const, differs: 'much' },
  }));
  assert.deepEqual(
    publishedTable(published, { jnlpba: { Cell: 1, 'Cell Line': 0.5 } }).map(({ ours }) => ours),
    ['Cell 1.00, Cell Line 0.50', 'Cell 1.00', 'n/a'],
  );
});

test('the verdict is "better" for significant differences, n/a without gold', () => {
  const [first, second] = [right, wrong].map((sentences) => detailExamined(sentences, options).counts);
  const words = (rows: ReturnType<typeof comparisonTable>) =>
    Object.fromEntries(rows.map((row) => [row.score, row['the first is']]));
  const settled = words(comparisonTable(compareModels(first, second, options)));
  assert.equal(settled['Cell, strict F1'], 'better');
  assert.equal(settled['Cell Line, strict F1'], 'n/a');
  assert.equal(
    words(comparisonTable(compareModels(first, first, options)))['Cell, strict F1'],
    'not settled',
  );
});
