import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mirrorFolder, readSentences } from '../foundation';
import { guidelineTable, readGuidelineStudy } from './guideline-study';
import { type Guidelines, guidelineOptions, guidelineViews, writeGuidelineFiles } from './guidelines';

const skip = mirrorFolder() ? false : 'needs FALCONFRAMES_MIRROR';

const SHARED: Guidelines = { separate: false, oneMutation: false, auxiliary: 0, names: false, spelledOut: 0 };

test('trainings with other guidelines learn from the same texts; auxiliary labels are in training alone', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-guidelines-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = async (guidelines: Guidelines) => {
    const files = await writeGuidelineFiles(folder, guidelines, { seed: 1, limit: 400 });
    return { train: readSentences(files.train), dev: readSentences(files.dev) };
  };
  const labelsOf = (sentences: readonly { annotated: readonly string[] }[]) =>
    new Set(sentences.flatMap(({ annotated }) => annotated));
  const shared = await write(SHARED);
  const all = await write({ ...SHARED, separate: true, auxiliary: 1, names: true });
  assert.deepEqual(labelsOf(shared.train), new Set(['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue']));
  const views = guidelineViews({ oneMutation: false });
  const shown = new Set(Object.values(views).flatMap((classes) => Object.values(classes).flat()));
  assert.deepEqual(labelsOf(all.dev), shown);
  assert.deepEqual(
    labelsOf(all.train),
    new Set([...shown, 'protein', 'DNA', 'RNA', 'Gene', 'Disease', 'Chemical', 'Species']),
  );
  const named = all.train.filter(({ annotated }) =>
    ['cell_line', 'CellLine'].every((label) => annotated.includes(label)),
  );
  assert.ok(named.some(({ spans }) => spans.some(({ label }) => label === 'CellLine')));
  for (const part of ['train', 'dev'] as const)
    assert.deepEqual(
      all[part].map(({ text }) => text),
      shared[part].map(({ text }) => text),
    );
});

test('copies are made of sentences with mutations and anatomy, under whatever label', () => {
  const { classWeights, spelledOut, ...options } = guidelineOptions({ ...SHARED, names: true });
  assert.deepEqual(options, {
    views: {},
    variations: { 'Gene Mutations': 2, 'Organ Tissue': 1 },
    rewritten: ['Gene Mutations'],
  });
  const own = { ...SHARED, separate: true };
  const { views, variations, rewritten } = guidelineOptions(own);
  assert.deepEqual(views, guidelineViews(own));
  assert.deepEqual(variations, { 'tmVar mutation': 2, 'SETH mutation': 2, Variant: 2, UBERON: 1 });
  assert.equal(guidelineOptions({ ...own, names: true }).variations.CellLine, 1);
  assert.deepEqual(rewritten, ['tmVar mutation', 'SETH mutation', 'Variant']);
  const one = guidelineOptions({ ...own, oneMutation: true });
  assert.deepEqual(one.rewritten, ['mutation']);
  assert.deepEqual(one.views.europepmc['Gene Mutations'], ['mutation']);
});

test('auxiliary labels alone have a weight', () => {
  assert.deepEqual(guidelineOptions(SHARED).classWeights, {});
  const { classWeights } = guidelineOptions({ ...SHARED, auxiliary: 0.25 });
  assert.deepEqual(new Set(Object.values(classWeights)), new Set([0.25]));
  assert.deepEqual(Object.keys(classWeights), [
    'protein',
    'DNA',
    'RNA',
    'Gene',
    'Disease',
    'Chemical',
    'Species',
  ]);
});

test('the table of a study has a column per corpus and class; a damaged study is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-guidelines-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'dev.json');
  assert.deepEqual(readGuidelineStudy(path), []);
  writeFileSync(path, '{"rows": 1}');
  assert.throws(() => readGuidelineStudy(path), { name: 'InputError', message: /no "rows"/ });
  const score = { corpus: 'craft', mentions: 3, threshold: 0.5 };
  const scores = [
    { ...score, label: 'Cell', f1: 0.5, best: 0.75 },
    { ...score, label: 'Organ Tissue', f1: null, best: null },
  ];
  const row = { variant: 'shared labels', seed: 1, epochs: 2, trainingSeconds: 9, part: 'dev', scores };
  writeFileSync(path, JSON.stringify({ rows: [row] }));
  assert.deepEqual(guidelineTable(readGuidelineStudy(path)), [
    {
      ...{ variant: 'shared labels', seed: 1, 'craft, Cell (%)': 75, 'craft, Organ Tissue (%)': null },
      ...{ 'mean (%)': 75, 'training (s)': 9 },
    },
  ]);
});
