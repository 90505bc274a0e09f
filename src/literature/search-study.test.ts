import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../foundation';
import { readSearchStudy } from './search-study';

const scores = 'test_Class_0_span_F1,test_Class_1_span_F1,test_Class_2_span_F1,test_Class_3_span_F1';

test('existing tables are read; each missing one is reported in a sentence', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), lines.join('\n'));
  const empty = readSearchStudy(folder);
  const { missing, ...tables } = empty;
  assert.deepEqual(Object.values(tables), [[], [], [], []]);
  assert.equal(missing.length, 4);
  assert.match(missing[0], /trials\.csv is missing/);

  write('trials.csv', 'LOSS_TYPE,test_Class_0_F1,status', 'bce,,finished', 'focal,,failed');
  write('whole-corpora.csv', 'LOSS_TYPE,status,score', 'bce,finished,0.5');
  const f1 = { 'Gene Mutations': 0.5, Cell: null, 'Cell Line': 0, 'Organ Tissue': 0.25 };
  const sized = { sentences: 150, seed: 7, steps: 20, f1 };
  write('training-size.json', JSON.stringify({ rows: [sized] }));
  write('cross-corpus.csv', `trained_on,tested_on,${scores}`, 'one,two,,0.5,,');
  const study = readSearchStudy(folder);
  assert.deepEqual(study.missing, []);
  assert.deepEqual(
    study.trials.map(({ LOSS_TYPE }) => LOSS_TYPE),
    ['bce'],
  );
  assert.equal(study.wholeCorpora[0].score, 0.5);
  assert.deepEqual(study.trainings, [sized]);
  write('training-size.json', '{}');
  assert.throws(() => readSearchStudy(folder), InputError);
  assert.deepEqual(
    study.acrossCorpora.map((one) => [one.trainedOn, one.testedOn, one.f1.Cell, one.f1['Gene Mutations']]),
    [['one', 'two', 0.5, null]],
  );
});
