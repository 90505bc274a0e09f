import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../foundation';
import { readSearchStudy, seedTable } from './search-study';

const scores = 'test_Class_0_span_F1,test_Class_1_span_F1,test_Class_2_span_F1,test_Class_3_span_F1';

test('existing tables are read; each missing one is reported in a sentence', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), lines.join('\n'));
  const empty = readSearchStudy(folder);
  const { missing, ...tables } = empty;
  assert.deepEqual(Object.values(tables), [[], [], [], [], []]);
  assert.equal(missing.length, 5);
  assert.match(missing[0], /trials\.csv is missing/);

  write('trials.csv', 'LOSS_TYPE,test_Class_0_F1,status', 'bce,,finished', 'focal,,failed');
  write('whole-corpora.csv', 'LOSS_TYPE,status,score', 'bce,finished,0.5');
  const f1 = { 'Gene Mutations': 0.5, Cell: null, 'Cell Line': 0, 'Organ Tissue': 0.25 };
  const sized = { sentences: 150, seed: 7, steps: 20, f1 };
  write('training-size.json', JSON.stringify({ rows: [sized] }));
  const seeds = [0.5, 0.7].map((score, index) => ({ seed: index + 1, f1: { craft: { Cell: score } } }));
  write('seeds.json', JSON.stringify({ rows: seeds }));
  write('cross-corpus.csv', `trained_on,tested_on,${scores}`, 'one,two,,0.5,,');
  const study = readSearchStudy(folder);
  assert.deepEqual(study.missing, []);
  assert.deepEqual(
    study.trials.map(({ LOSS_TYPE }) => LOSS_TYPE),
    ['bce'],
  );
  assert.equal(study.wholeCorpora[0].score, 0.5);
  assert.deepEqual(study.trainings, [sized]);
  const [row] = seedTable(study.seeds);
  assert.deepEqual(
    [row.corpus, row.label, row.seeds, row.lowest, row.highest],
    ['craft', 'Cell', 2, 0.5, 0.7],
  );
  assert.ok(Math.abs((row['mean F1'] as number) - 0.6) < 1e-12);
  assert.ok(Math.abs((row['standard deviation'] as number) - Math.SQRT1_2 / 5) < 1e-12);
  write('training-size.json', '{}');
  assert.throws(() => readSearchStudy(folder), InputError);
  assert.deepEqual(
    study.acrossCorpora.map((one) => [one.trainedOn, one.testedOn, one.f1.Cell, one.f1['Gene Mutations']]),
    [['one', 'two', 0.5, null]],
  );
});
