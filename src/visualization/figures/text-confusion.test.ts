import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { manyLabels } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { textConfusionMatrix } from './text-confusion';

/** 10 right texts of each label, and the given confusions. */
function confusionOf(size: number, mistakes: readonly [gold: number, predicted: number, count: number][]) {
  const confusion = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column): number => (row === column ? 10 : 0)),
  );
  for (const [gold, predicted, count] of mistakes) confusion[gold][predicted] = count;
  return confusion;
}

test('few labels: counts with their share of the gold label, shaded by it', async () => {
  const figure = textConfusionMatrix(
    [
      [90, 10],
      [0, 50],
    ],
    ['function', 'process'],
  );
  const texts = await checkReadable(figure);
  for (const text of ['90 (90 %)', '10 (10 %)', '0', '50 (100 %)']) assert.ok(texts.includes(text), text);
  assert.equal(figure.data[0].x && (figure.data[0].x as number[]).length, 4, 'there is no row of "none"');
  assert.match(figure.title, /^Accuracy 93\.3 %: .*function predicted as process \(10\)$/);
  const shades = (figure.layout.shapes as { fillcolor: string }[]).map(({ fillcolor }) =>
    opacityOf(fillcolor),
  );
  assert.ok(shades[3] > shades[0] && shades[0] > shades[1] && shades[1] > shades[2]);
});

const opacityOf = (colour: string) => Number(/([\d.]+)\)$/.exec(colour)![1]);

test('of 77 labels the confused ones are shown, and the others are gathered without losing a text', async () => {
  const confusion = confusionOf(77, [
    [3, 70, 9],
    [70, 3, 4],
    [50, 51, 2],
  ]);
  const labels = manyLabels(77);
  const figure = textConfusionMatrix(confusion, labels);
  await checkReadable(figure);
  assert.deepEqual((figure.layout.yaxis as { ticktext: string[] }).ticktext.length, 5);
  const counts = (figure.data[0].text as string[]).map((text) => Number.parseInt(text || '0', 10));
  assert.deepEqual(
    counts.reduce((sum, count) => sum + count, 0),
    77 * 10 + 15,
  );
  assert.match(figure.reading, /4 of 77 labels shown: those of the most frequent confusions/);
});

test('of 151 labels with many confusions at most 20 are shown', () => {
  const confusion = confusionOf(
    151,
    Array.from({ length: 150 }, (_, label) => [label, label + 1, 1 + (label % 7)]),
  );
  const figure = textConfusionMatrix(confusion, manyLabels(151));
  const names = (figure.layout.xaxis as { ticktext: string[] }).ticktext;
  assert.equal(names.length, 21);
  assert.equal(names.at(-1), '131 other labels');
});

test('without any confusion the title says so, and one label can be drawn', async () => {
  assert.match(
    textConfusionMatrix(confusionOf(40, []), manyLabels(40)).title,
    /100\.0 %: no label is confused/,
  );
  await checkReadable(textConfusionMatrix([[7]], ['<b>only</b> & one']));
});

test('a matrix that does not fit its labels, or has no texts, is refused', () => {
  assert.throws(() => textConfusionMatrix([[1]], ['a', 'b']), InputError);
  assert.throws(() => textConfusionMatrix([[0]], ['a']), InputError);
  assert.throws(() => textConfusionMatrix([], []), InputError);
});
