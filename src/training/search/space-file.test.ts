import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { assessmentGrid } from './assessment';
import { gridOf } from './space';
import { readSearchSpace, settingsOf } from './space-file';
import { trialsAsCsv } from './table';
import type { TrialRecord } from './trial';

const folder = mkdtempSync(join(tmpdir(), 'space-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'space.json');
const read = (content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readSearchSpace(path);
};
const rate = { learningRate: { logUniform: [1e-5, 1e-3] } };

test('a space may vary any setting, and survives writing and reading', () => {
  const space = {
    parameters: {
      ...rate,
      dropout: { choices: [null, 0, 0.1] },
      loss: { choices: ['bce', 'focal'] },
      focalGamma: { uniform: [0.5, 3] },
      batchSize: { integer: [4, 64] },
      encoder: { choices: ['one', 'other'] },
      seed: { choices: [1, 2, 3] },
    },
    fixed: { epochs: 2, classWeights: { Cell: 2 } },
  };
  assert.deepEqual(read(space), space);
  assert.deepEqual(read({ parameters: rate }).fixed, {});
});

test('a search over schemes: each trial has the loss and the keys that its scheme uses', () => {
  const space = read({ parameters: { scheme: { choices: ['exclusive', 'bio'] } }, fixed: { words: 'all' } });
  assert.deepEqual(settingsOf(space, { scheme: 'exclusive' }), { scheme: 'exclusive', words: 'all' });
  assert.deepEqual(settingsOf(space, { scheme: 'bio' }), { scheme: 'bio' });
  // The loss is invalid with one of the schemes, and valid with the other.
  read({ parameters: { scheme: { choices: ['exclusive', 'bio'] } }, fixed: { loss: 'focal' } });
  const table = trialsAsCsv(
    [{ trial: 1, rung: 0, share: 1, values: { scheme: 'exclusive' }, saw: 0, seconds: 1, failed: 'x' }],
    space,
    [],
  );
  const [{ LOSS_TYPE }] = parse(table, { columns: true }) as { LOSS_TYPE: string }[];
  assert.equal(LOSS_TYPE, 'cross_entropy');
});

const refused: [string, unknown, RegExp][] = [
  ['no JSON', '{', /space\.json: not valid JSON/],
  ['an unknown key', { parameters: rate, fixd: {} }, /"fixd" is not a key/],
  ['no parameters', { parameters: {} }, /"parameters" is empty/],
  [
    'an unknown parameter',
    { parameters: { rate: { choices: [1] } } },
    /"parameters" names "rate"; known are encoder/,
  ],
  [
    'a loss that no trial can have',
    { parameters: rate, fixed: { scheme: 'exclusive', loss: 'bce' } },
    /"loss" is "bce", which scores every label separately/,
  ],
  ['words that no trial uses', { parameters: rate, fixed: { words: 'all' } }, /"words" does nothing/],
  ['files', { parameters: rate, fixed: { train: ['a'] } }, /"fixed" names "train"/],
  ['an unknown kind', { parameters: { dropout: { normal: [0, 1] } } }, /"dropout".*names "normal"/],
  [
    'two kinds',
    { parameters: { dropout: { uniform: [0, 0.5], choices: [0] } } },
    /"dropout".*must have one of/,
  ],
  ['no kind', { parameters: { dropout: {} } }, /"dropout".*must have one of/],
  ['no choice', { parameters: { dropout: { choices: [] } } }, /"dropout".*at least 1/],
  ['a choice twice', { parameters: { dropout: { choices: [0, 0.1, 0] } } }, /"dropout".*lists 0 twice/],
  [
    'a wrong choice',
    { parameters: { loss: { choices: ['bce', 'hinge'] } } },
    /"loss".*must be one of "bce".*"hinge"/,
  ],
  ['a range beyond', { parameters: { dropout: { uniform: [0, 1] } } }, /"dropout".*from 0 to 0\.9, found 1/],
  ['a range of names', { parameters: { loss: { uniform: [0, 1] } } }, /"loss".*must be one of/],
  [
    'a range that falls',
    { parameters: { dropout: { uniform: [0.5, 0.1] } } },
    /two ascending numbers, found \[0\.5,0\.1\]/,
  ],
  ['one end', { parameters: { dropout: { uniform: [0.5] } } }, /needs \[low, high\] for uniform/],
  [
    'null as an end',
    { parameters: { dropout: { uniform: [null, 0.5] } } },
    /needs \[low, high\] for uniform/,
  ],
  [
    'a logarithm of 0',
    { parameters: { dropout: { logUniform: [0, 0.5] } } },
    /logarithm of 0; begin above 0/,
  ],
  ['halves as whole numbers', { parameters: { dropout: { integer: [0, 0.5] } } }, /needs whole numbers/],
  [
    'real batch sizes',
    { parameters: { batchSize: { uniform: [4, 64] } } },
    /takes whole numbers; write "integer"/,
  ],
  [
    'varied and fixed',
    { parameters: rate, fixed: { learningRate: 1 } },
    /"learningRate" is in both "parameters" and "fixed"/,
  ],
  ['a wrong fixed value', { parameters: rate, fixed: { epochs: 0 } }, /"epochs" in "fixed" must be.*found 0/],
  [
    'an idle setting',
    { parameters: rate, fixed: { focalGamma: 2 } },
    /"focalGamma" does nothing with the loss "bce"/,
  ],
  [
    'settings that never go together',
    { parameters: rate, fixed: { epochs: 2, patience: 2 } },
    /"patience" of 2 epochs/,
  ],
];
for (const [name, content, message] of refused)
  test(`rejected: ${name}`, () => assert.throws(() => read(content), { name: 'InputError', message }));

test("the assessment's grid has 48 trials per encoder, each with the keys that its loss uses", () => {
  const grid = assessmentGrid(['one', 'other'], 3);
  writeFileSync(path, JSON.stringify(grid));
  assert.deepEqual(readSearchSpace(path), grid);
  const trials = gridOf(grid.parameters).map((values) => settingsOf(grid, values));
  assert.equal(new Set(trials.map((trial) => JSON.stringify(trial))).size, 96);
  const smoothing = (loss: string) => trials.find((trial) => trial.loss === loss)!.labelSmoothing;
  assert.deepEqual(
    [smoothing('bce'), smoothing('focal'), smoothing('smooth_focal')],
    [undefined, undefined, 0.1],
  );
});

test('the table has the columns of the reference answer; unknown values are empty, and 0 is 0', () => {
  const space = { parameters: { ...rate, seed: { choices: [1, 2] } }, fixed: { encoder: 'a,b' } } as never;
  const task = { rung: 0, share: 1, saw: 0, seconds: 2 };
  const records: TrialRecord[] = [
    { ...task, trial: 2, values: { learningRate: 1e-4, seed: 1 }, failed: 'it "diverged"\nat once' },
    {
      ...task,
      trial: 1,
      values: { learningRate: 5e-5, seed: 2 },
      score: 0.5,
      metrics: { test_Class_0_F1: null, test_Class_1_F1: 0 },
    },
  ];
  const rows = parse(trialsAsCsv(records, space, ['test_Class_0_F1', 'test_Class_1_F1'])) as string[][];
  assert.deepEqual(rows, [
    [
      'MODEL_NAME',
      'LEARNING_RATE',
      'DROPOUT_RATE',
      'LOSS_TYPE',
      'BATCH_SIZE',
      'MAX_SEQ_LENGTH',
      'test_Class_0_F1',
      'test_Class_1_F1',
      'seed',
      'trial',
      'share',
      'status',
      'score',
      'seconds',
      'reason',
    ],
    ['a,b', '0.00005', '', 'bce', '32', '256', '', '0', '2', '1', '1', 'finished', '0.5', '2.0', ''],
    [
      'a,b',
      '0.0001',
      '',
      'bce',
      '32',
      '256',
      '',
      '',
      '1',
      '2',
      '1',
      'failed',
      '',
      '2.0',
      'it "diverged"\nat once',
    ],
  ]);
});
