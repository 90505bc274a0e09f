import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, type Sentence } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { download, tidy, upload } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { createLoss, evaluate, heldOutEvaluation, meanF1, scoreSpans, tokenOutcomes } from '../tasks';
import { outputNames, spansToLabels, Tokenizer } from '../tokenization';
import { BIO } from '../tokenization/tag-set.fixture';
import { compareMentions } from './errors';
import { sentence, span } from './gold.fixture';
import { scorePartialMatches } from './partial-match';
import { mistakes, sentencesByClass } from './selection';

const cellsOfTheLiver = sentence(
  't cells of the liver',
  [
    [0, 7, 'Cell'],
    [15, 20, 'Organ Tissue'],
  ],
  ['Cell', 'Organ Tissue'],
);

test('strict span scores count only exact borders and class', () => {
  const gold = [cellsOfTheLiver, sentence('b cells', [[0, 7, 'Cell']], ['Cell', 'Organ Tissue'])];
  const scores = scoreSpans(gold, [
    [span(0, 7, 'Cell'), span(15, 20, 'Cell'), span(11, 20, 'Organ Tissue')],
    [span(2, 7, 'Cell'), span(0, 7, 'Cell'), span(0, 7, 'Cell')],
  ]);
  assert.deepEqual(scores.Cell, {
    truePositives: 2,
    falsePositives: 3,
    falseNegatives: 0,
    precision: 2 / 5,
    recall: 1,
    f1: 4 / 7,
    support: 2,
  });
  assert.equal(scores['Organ Tissue'].f1, 0);
  assert.equal(meanF1(scores), 2 / 7);
});

test('a duplicate gold mention counts once', () => {
  const twice: Sentence = { ...cellsOfTheLiver, spans: [...cellsOfTheLiver.spans, span(0, 7, 'Cell')] };
  const { Cell: cell } = scoreSpans([twice], [[span(0, 7, 'Cell')]]);
  assert.deepEqual([cell.support, cell.recall, cell.precision], [1, 1, 1]);
});

test('classes that are not annotated are masked, and a class without gold has no F1', () => {
  const gold = [sentence('t cells', [[0, 7, 'Cell']], ['Cell'])];
  const scores = scoreSpans(gold, [[span(0, 7, 'Cell'), span(0, 7, 'Organ Tissue')]], FOUR);
  assert.equal(scores['Organ Tissue'].falsePositives, 0);
  assert.equal(scores['Organ Tissue'].f1, null);
  assert.equal(scores['Organ Tissue'].precision, null);
  assert.equal(meanF1(scores), 1);
  const known = [sentence('t cells', [], ['Cell'])];
  const invented = scoreSpans(known, [[span(0, 7, 'Cell')]]);
  const { falsePositives, precision, recall, f1 } = invented.Cell;
  assert.deepEqual([falsePositives, precision, recall, f1], [1, null, null, null]);
  assert.equal(meanF1(invented), null);
});

test('lists whose length differs from the number of sentences are refused', () => {
  const gold = [sentence('t cells', [[0, 7, 'Cell']], ['Cell'])];
  for (const score of [scoreSpans, scorePartialMatches, compareMentions])
    assert.throws(
      () => score(gold, [[], []]),
      /^InputError: 2 lists of predicted spans for 1 sentences; give one per/,
    );
  assert.throws(() => tokenOutcomes(gold, [], BIO), /0 tagged texts for 1 sentences/);
});

const options = { ...BIO, maximumLength: 64, threshold: 0.5 } as const;
const tokenizer = new Tokenizer(tinyBertFolder);

/** Predicts the gold labels with high probability, except for the tokens that `alter` changes. */
function oracle(gold: readonly Sentence[], alter: (logits: Float32Array, index: number) => void = () => {}) {
  return async (windows: readonly { inputIds: Int32Array }[]) => {
    const encodings = await tokenizer.encode(gold.map(({ text }) => text));
    assert.equal(windows.length, gold.length);
    return gold.map(({ spans }, index) => {
      const { labels } = spansToLabels(encodings[index], spans, BIO);
      const rows = new Float32Array(windows[index].inputIds.length * 8).fill(-6);
      labels.forEach((label, entry) => {
        if (label) rows[8 + entry] = 6;
      });
      alter(rows, index);
      return rows;
    });
  };
}

const gold = [cellsOfTheLiver, sentence('hela', [[0, 4, 'Cell Line']], ['Cell', 'Cell Line'])];

test('a perfect model scores 1 everywhere', async () => {
  const report = await evaluate(gold, tokenizer, oracle(gold), options);
  assert.equal(report.meanF1, 1);
  for (const label of ['Cell', 'Cell Line', 'Organ Tissue'] as const) {
    assert.equal(report.spans[label].f1, 1);
    assert.equal(report.tokens[label].f1, 1);
  }
  assert.equal(report.tokens.Cell.mcc, 1);
  assert.equal(report.tokens['Gene Mutations'].f1, null);
  assert.ok(report.loss < 0.01);
  assert.deepEqual(mistakes({ gold }, { gold: report }, 5), []);
});

test('token counts and scores follow from the labels of each token', async () => {
  const column = outputNames(BIO).indexOf('I-Cell Line');
  // "hela" is four tokens of Cell Line; the model misses the last two, and finds one in the first sentence, which is not annotated for it.
  const score = oracle(gold, (rows, index) => {
    if (index === 1) rows.fill(-6, 8 * 3, 8 * 5);
    else rows[8 + column] = 6;
  });
  const report = await evaluate(gold, tokenizer, score, options);
  const tokens = report.tokens['Cell Line'];
  assert.deepEqual(
    [tokens.truePositives, tokens.falsePositives, tokens.falseNegatives, tokens.trueNegatives],
    [2, 0, 2, 0],
  );
  assert.equal(tokens.f1, 2 / 3);
  // All annotated tokens are positive, so the coefficient is undefined.
  assert.equal(tokens.mcc, null);
  assert.equal(report.tokens.Cell.mcc, 1);
});

test('the dev loss equals the training loss', async () => {
  const random = createRandom(3);
  const score = oracle(gold, (rows) =>
    rows.forEach((_, place) => {
      rows[place] = 8 * random.next() - 4;
    }),
  );
  for (const loss of ['bce', 'cross_entropy'] as const) {
    const report = await evaluate(gold, tokenizer, score, { ...options, loss });
    const logits = report.tagged.flatMap((text) => [...text.logits]);
    const labels = report.tagged.flatMap(({ encoded }, index) => [
      ...spansToLabels(encoded, gold[index].spans, BIO).labels,
    ]);
    const known = report.tagged.flatMap(({ encoded }, index) =>
      [...encoded.ids].flatMap(() =>
        FOUR.flatMap((label) => {
          const isKnown = gold[index].annotated.includes(label) ? 1 : 0;
          return [isKnown, isKnown];
        }),
      ),
    );
    const expected = tidy(() => {
      const compute = createLoss({ loss, focalGamma: 2, labelSmoothing: 0, classWeights: {} }, BIO);
      const targets = {
        labels: Float32Array.from(labels),
        known: Float32Array.from(known),
        knownLabels: known.filter((one) => one === 1).length,
      };
      return download(compute(upload(Float32Array.from(logits), [logits.length / 8, 8]), targets).loss)[0];
    });
    assert.ok(Math.abs(report.loss - expected) < 1e-5, `${loss}: ${report.loss}, in training ${expected}`);
  }
});

test('dev sentences without gold mentions are refused before training', async () => {
  const empty = [sentence('no mention', [], ['Cell'])];
  assert.throws(() => heldOutEvaluation(empty, tokenizer, options), /no gold mention/);
  assert.throws(() => heldOutEvaluation([], tokenizer, options), /no gold mention/);
  await assert.rejects(evaluate([], tokenizer, oracle(empty), options), /nothing to evaluate/);
});

test('errors are taken from all corpora in turn, without classes that are not annotated', async () => {
  // The first token of each sentence is also predicted as a mutation, which is not annotated, and as a Cell, which is wrong.
  const wrong = oracle(gold, (rows) => void rows.fill(30, 8, 8 + 3));
  const report = await evaluate(gold, tokenizer, wrong, options);
  const found = mistakes({ one: gold, two: gold }, { one: report, two: report }, 3);
  assert.deepEqual(
    found.map(({ note, text }) => [note.split(',')[0], text]),
    [
      ['one', 'hela'],
      ['two', 'hela'],
    ],
  );
  for (const { predicted } of found) assert.ok(predicted.every(({ label }) => label !== 'Gene Mutations'));
  const shown = sentencesByClass({ gold }, { gold: report });
  assert.deepEqual(
    shown.map(({ sentence }) => sentence.text),
    ['t cells of the liver'],
  );
});

test('NaN probabilities are refused with their location', async () => {
  const diverged = oracle(gold, (rows, index) => {
    if (index === 1) rows.fill(Number.NaN, 8, 16);
  });
  await assert.rejects(evaluate(gold, tokenizer, diverged, options), {
    name: 'InputError',
    message: /probability of Cell for token 1 of sentence 2 \(article A1\) is not a number/,
  });
});
