import assert from 'node:assert/strict';
import { test } from 'node:test';
import { precisionRecallCurve, reliability, wilsonInterval } from '../../evaluation';
import { byLabel, createRandom, InputError } from '../../foundation';
import { FOUR } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { calibration } from './calibration';
import { precisionRecall } from './precision-recall';
import { type SentenceProbabilities, sentenceProbabilities } from './sentence-probabilities';

/** Calibrated probabilities, except for `too sure` ones. */
function outcomes(count: number, tooSure: number) {
  const random = createRandom(3);
  const probabilities = Float64Array.from({ length: count }, () => random.next());
  const inside = Uint8Array.from(probabilities, (p) => (random.next() < p ** tooSure ? 1 : 0));
  return { probabilities, inside } as unknown as Parameters<typeof reliability>[0];
}

test('calibration: the ECE of each class is shown, an unknown class has no curve, every text is readable', async () => {
  const reliabilities = byLabel(FOUR, (_, index) =>
    index === 2 ? null : reliability(outcomes(3000, 1 + index)),
  );
  const figure = calibration(reliabilities);
  const texts = await checkReadable(figure);
  const error = reliabilities['Organ Tissue']!.expectedCalibrationError.toFixed(4);
  assert.ok(texts.some((text) => text.includes(`ECE ${error}`) && text.includes('3,000 tokens')));
  assert.ok(texts.some((text) => text.includes('not annotated')));
  assert.equal((figure.data[2].x as number[]).length, 0);
  assert.match(figure.reading, new RegExp(`largest for Organ Tissue, ${error}`));
  assert.equal(figure.title, 'Between 0.1 and 0.9, probabilities of Cell and Organ Tissue are too high');
  assert.match(calibration({ Cell: reliability(outcomes(3000, 1)) }).title, /right to within 0\.05$/);
});

test('calibration of texts: one panel per classifier, in words for texts', async () => {
  const known = reliability(outcomes(500, 2))!;
  const figure = calibration({ BERT: known, 'tf-idf': null }, 'texts');
  const texts = await checkReadable(figure);
  const error = known.expectedCalibrationError.toFixed(4);
  assert.ok(texts.some((text) => text.endsWith(`ECE ${error}, 500 texts`)));
  assert.ok(texts.some((text) => text.endsWith('no texts')));
  assert.ok(texts.includes('share right') && texts.includes('mean confidence in the bin'));
  const few = known.bins.map(({ count }) => count < 30);
  const { color } = figure.data[0].marker as { color: string[] };
  assert.deepEqual(
    color.map((one) => one === 'white'),
    few,
  );
  assert.match(
    figure.reading,
    new RegExp(`fewer than 30 texts; bars: 95 % intervals; the expected calibration error .* is ${error}`),
  );
  const [bin] = known.bins;
  const [low, high] = wilsonInterval(Math.round(bin.share * bin.count), bin.count)!;
  const { array, arrayminus } = figure.data[0].error_y as { array: number[]; arrayminus: number[] };
  assert.deepEqual([array[0], arrayminus[0]], [high - bin.share, bin.share - low]);
  await checkReadable(calibration({ BERT: known }, 'texts'));
});

test('precision and recall: the disc is at the threshold, a class without gold shows n/a', async () => {
  const known = outcomes(2000, 1);
  const figure = precisionRecall(
    byLabel(FOUR, (_, index) => (index === 0 ? null : precisionRecallCurve(known))),
    byLabel(FOUR, () => 0.5),
  );
  const texts = await checkReadable(figure);
  assert.ok(texts.some((text) => text.includes('no gold: n/a')));
  const [predicted, gold] = [(p: number) => p > 0.5, (token: number) => known.inside[token] === 1];
  const tokens = Array.from(known.probabilities, (p, token) => [predicted(p), gold(token)]);
  const hits = tokens.filter(([one, other]) => one && other).length;
  const { x, y } = figure.data[3] as unknown as { x: number[]; y: number[] };
  assert.ok(Math.abs(x[0] - hits / tokens.filter(([, other]) => other).length) < 1e-12);
  assert.ok(Math.abs(y[0] - hits / tokens.filter(([one]) => one).length) < 1e-12);
  const line = figure.data[2].x as number[];
  assert.deepEqual([line[0], line.at(-1)], [1, 0]);
  assert.ok(line.length < 1000);
});

/** One token per word. */
function sentence(text: string, goldWords: string[], annotated: string[]): SentenceProbabilities {
  const words = [...text.matchAll(/\S+/g)];
  const isGold = words.map(([word]) => goldWords.includes(word));
  return {
    text,
    starts: words.map(({ index }) => index),
    ends: words.map(({ index, 0: word }) => index + word.length),
    probabilities: byLabel(FOUR, () => isGold.map((gold) => (gold ? 0.9 : 0.05))),
    gold: byLabel(FOUR, (label) => (annotated.includes(label) ? isGold : null)),
    note: 'corpus, article 1',
  };
}

const long = `${'The primary lymphocytes & <b>HeLa</b> cells of mice with p.V600E '.repeat(6)}.`;

test('sentences are set as text under each class annotated in their source, every text is readable', async () => {
  const figure = sentenceProbabilities(
    [sentence(long, ['cells'], ['Cell', 'Organ Tissue']), sentence('HeLa cells grew .', ['HeLa'], ['Cell'])],
    0.5,
  );
  const texts = await checkReadable(figure);
  assert.ok(texts.includes('<b>HeLa</b>'), 'markup in the text is shown as words');
  assert.equal(texts.filter((text) => text === 'corpus, article 1').length, 3);
  assert.equal(texts.filter((text) => text.includes('none of the sources')).length, 2);
  // Six cells twice and one HeLa.
  assert.match(figure.title, /13 of 13 gold tokens are found, and 0 others are marked/);
});

test('an empty list of sentences is refused', () => {
  assert.throws(() => sentenceProbabilities([], 0.5), InputError);
});
