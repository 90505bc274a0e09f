import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f1Column, type SearchRow, searchEffects } from '../../evaluation';
import { InputError } from '../../foundation';
import { FOUR } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { parallelCoordinates } from './parallel-coordinates';
import { searchBoxes } from './search-boxes';
import { searchEffectsFigure } from './search-effects';
import { sampleSearch } from './search-rows.fixture';

const rows = sampleSearch();
const effectsOf = (runs: readonly SearchRow[]) =>
  Object.fromEntries(FOUR.map((label) => [label, searchEffects(runs, f1Column(FOUR, label))])) as Record<
    string,
    ReturnType<typeof searchEffects>
  >;

test('every run is a point in the panel of its learning rate, and every text is readable', async () => {
  const figure = searchBoxes(rows, FOUR, 'Cell');
  const texts = await checkReadable(figure);
  for (const rate of ['2e-5', '5e-5', '2e-4']) assert.ok(texts.some((text) => text.includes(rate)));
  const drawn = figure.data.flatMap(({ y }) => y as number[]);
  const scores = rows.map((row) => row[f1Column(FOUR, 'Cell')] as number);
  assert.deepEqual(
    [...drawn].sort((a, b) => a - b),
    [...scores].sort((a, b) => a - b),
  );
  assert.deepEqual(
    figure.data.map(({ y }) => (y as number[]).length),
    [12, 12, 12],
  );
  assert.match(
    figure.reading,
    /Of 36 runs, dev F1 selects loss bce, length 128 and learning rate 2e-4: 0\.\d{3} here/,
  );
});

test('boxes span the quartiles and contain the median', () => {
  // Four runs of one combination: 0.1, 0.2, 0.4, 0.8; numpy.percentile gives 0.175, 0.3, 0.5.
  const four = [0.4, 0.1, 0.8, 0.2].map((score) => ({ ...rows[0], [f1Column(FOUR, 'Cell')]: score }));
  const [box, median] = searchBoxes(four, FOUR, 'Cell').layout.shapes as { y0: number; y1: number }[];
  assert.ok(Math.abs(box.y0 - 0.175) < 1e-12 && Math.abs(box.y1 - 0.5) < 1e-12);
  assert.ok(Math.abs(median.y0 - 0.3) < 1e-12);
});

test('a class without gold has no points and shows n/a', async () => {
  const figure = searchBoxes(rows, FOUR, 'Gene Mutations');
  assert.ok((await checkReadable(figure)).some((text) => text.includes('n/a')));
  assert.ok(figure.data.every(({ y }) => (y as number[]).length === 0));
});

test('effects: six contrasts and their products for each class, n/a without gold, every text is readable', async () => {
  const figure = searchEffectsFigure(effectsOf(rows));
  const texts = await checkReadable(figure);
  assert.ok(texts.includes('learning rate 2e-4 against 2e-5'));
  assert.ok(texts.some((text) => text.includes('no gold: n/a')));
  // 2 rates, 1 dropout, 2 losses, 1 length; products 2+4+2+2+1+2 of them.
  assert.deepEqual(
    figure.data.map(({ x }) => (x as number[]).length),
    [0, 19, 19, 19],
  );
  assert.match(figure.reading, /36 runs.*learning rate 2e-4 against 2e-5, \+0\.1/);
});

test('a search without varying settings is refused', () => {
  assert.throws(() => searchEffectsFigure(effectsOf([rows[0]])), InputError);
});

test('parallel coordinates: one line per run through the varying settings, the best quarter strong, every text is readable', async () => {
  const figure = parallelCoordinates(rows, { column: f1Column(FOUR, 'Cell', 'val'), name: 'dev F1' });
  const texts = await checkReadable(figure);
  for (const name of ['learning rate', 'dropout', 'loss', 'length (tokens)', 'dev F1'])
    assert.ok(texts.includes(name), name);
  assert.ok(!texts.some((text) => text.includes('encoder')), 'constant settings are left out');
  assert.equal(figure.data.length, 36);
  const widths = figure.data.map(({ line }) => (line as { width: number }).width);
  assert.equal(widths.filter((width) => width === 2).length, 9);
  const heights = figure.data.map(({ y }) => (y as number[]).at(-1)!);
  assert.ok(Math.min(...heights.slice(-9)) >= Math.max(...heights.slice(0, -9)));
  assert.match(
    figure.reading,
    /\(9 of 36 runs\), in which these are overrepresented: learning rate 2e-4: 9 of them, 12 of all/,
  );
});

test('runs without a score are left out; a search without scores is refused', () => {
  const column = f1Column(FOUR, 'Cell', 'val');
  const failed = rows.map((row, run) => (run < 4 ? { ...row, [column]: null } : row));
  assert.equal(parallelCoordinates(failed, { column, name: 'F1' }).data.length, 32);
  assert.throws(
    () => parallelCoordinates(rows, { column: f1Column(FOUR, 'Gene Mutations'), name: 'F1' }),
    InputError,
  );
});
