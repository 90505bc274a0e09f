import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f1Column, type SearchRow, searchEffects } from '../../evaluation';
import { InputError } from '../../foundation';
import { FOUR } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { parallelCoordinates } from './parallel-coordinates';
import { searchDots } from './search-dots';
import { searchEffectsFigure } from './search-effects';
import { sampleSearch } from './search-rows.fixture';

const rows = sampleSearch();
const effectsOf = (runs: readonly SearchRow[]) =>
  Object.fromEntries(FOUR.map((label) => [label, searchEffects(runs, f1Column(FOUR, label))])) as Record<
    string,
    ReturnType<typeof searchEffects>
  >;

test('every training is a dot in the panel of each label and the row of its loss and length, and every text is readable', async () => {
  const figure = searchDots(rows, FOUR);
  const texts = await checkReadable(figure);
  for (const rate of ['2e-5', '5e-5', '2e-4']) assert.ok(texts.some((text) => text.includes(rate)));
  assert.ok(texts.includes('smooth_focal, 256 tokens'));
  assert.ok(
    texts.some((text) => text.includes('n/a')),
    'the first label has no gold',
  );
  // Three learning rates in each of four panels.
  const perPanel = FOUR.map((_, panel) => figure.data.slice(3 * panel, 3 * panel + 3));
  for (const [panel, label] of FOUR.entries()) {
    const drawn = perPanel[panel].flatMap(({ x }) => x as number[]);
    const scores = rows.flatMap((row) => (row[f1Column(FOUR, label, 'val')] as number | null) ?? []);
    assert.deepEqual(drawn.toSorted(), scores.toSorted());
  }
  assert.equal(figure.title, 'The learning rate 2e-4 learns most');
});

test('the reading names classes that most trainings did not find', () => {
  const unlearned = rows.map((row) => ({ ...row, [f1Column(FOUR, 'Cell Line', 'val')]: 0 }));
  assert.match(searchDots(unlearned, FOUR).reading, /of 36\. More than half of them found no Cell Line\./);
  assert.throws(() => searchDots([], FOUR), InputError);
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
  assert.match(figure.reading, /36 runs/);
  assert.match(figure.title, /learning rate 2e-4 against 2e-5, \+0\.1/);
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
  assert.match(figure.title, /^9 of the 9 best runs have learning rate 2e-4, and 12 of all 36$/);
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
