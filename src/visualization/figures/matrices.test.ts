import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotatedTogether } from '../../evaluation';
import { InputError } from '../../foundation';
import { FOUR } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { type CrossCorpusScore, crossCorpusMatrix } from './cross-corpus';
import { confusionMatrix } from './label-confusion';
import { trainingSizeCurves } from './training-size';

test('confusion: counts with their share of the gold label; the reading names the most frequent confusion', async () => {
  const counts = [
    [55, 0, 0, 0, 5],
    [0, 10700, 600, 300, 2700],
    [0, 0, 17, 0, 1],
    [0, 0, 0, 0, 0],
    [39, 20, 7, 13, 0],
  ];
  const figure = confusionMatrix(counts, FOUR);
  const texts = await checkReadable(figure);
  for (const text of ['10,700 (75 %)', '600 (4.2 %)', '39', '5 (8.3 %)'])
    assert.ok(texts.includes(text), text);
  assert.match(figure.reading, /most often Cell was predicted as Cell Line \(600\)/);
  assert.match(figure.title, /^19 % of the gold mentions are missed, 6.3 % get another label$/);
  assert.throws(() => confusionMatrix(counts, FOUR.slice(1)), InputError);
});

test('confusion: pairs of labels that no source is annotated for have a dash', async () => {
  const counts = [
    [5, 0, 1],
    [0, 8, 0],
    [0, 0, 0],
  ];
  const couldBe = annotatedTogether([{ annotated: ['Cell'] }, { annotated: ['Organ Tissue'] }]);
  const texts = await checkReadable(confusionMatrix(counts, ['Cell', 'Organ Tissue'], couldBe));
  assert.equal(texts.filter((text) => text === '–').length, 2);
  assert.ok(!(await checkReadable(confusionMatrix(counts, ['Cell', 'Organ Tissue']))).includes('–'));
});

const score = (trainedOn: string, testedOn: string, cell: number | null): CrossCorpusScore => ({
  trainedOn,
  testedOn,
  f1: { 'Gene Mutations': null, Cell: cell, 'Cell Line': null, 'Organ Tissue': cell },
});

test('across corpora: a dash for unknown scores; the reading has mean scores within and across corpora', async () => {
  const figure = crossCorpusMatrix([
    score('craft', 'craft', 0.7),
    score('craft', 'a corpus with a long name', 0.4),
    score('a corpus with a long name', 'craft', null),
    score('a corpus with a long name', 'a corpus with a long name', 0.8),
  ]);
  const texts = await checkReadable(figure);
  assert.equal(texts.filter((text) => text === '.40').length, 2);
  assert.equal(texts.filter((text) => text === '–').length, 4 + 1 + 4 + 1);
  assert.match(figure.reading, /a model of the same corpus reaches 0\.80 on average, one of the other 0\.40/);
  assert.throws(() => crossCorpusMatrix([]), InputError);
});

test('training size: the line joins means over seeds, each training run is a point', async () => {
  const of = (sentences: number, seed: number, cell: number) => ({
    ...{ sentences, seed },
    f1: { 'Gene Mutations': null, Cell: cell, 'Cell Line': cell + 0.01, 'Organ Tissue': cell },
  });
  const figure = trainingSizeCurves([of(500, 1, 0.4), of(500, 2, 0.5), of(6070, 1, 0.7), of(6070, 2, 0.72)]);
  await checkReadable(figure);
  const [points, line] = figure.data;
  assert.deepEqual(points.y, [0.4, 0.5, 0.7, 0.72]);
  assert.deepEqual(
    (line.y as number[]).map((mean) => mean.toFixed(3)),
    ['0.450', '0.710'],
  );
  assert.equal(figure.data.length, 6, 'a label without gold mentions has no curve');
  assert.match(figure.reading, /2 seeds.*from 500 to 6,070 sentences: Cell \+0\.26/);
});
