import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { projectRoot, type Sentence, writeSentences } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { networkFixture } from '../nn/network.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { knownTrials, type PlanOptions, planSearch } from './search/plan';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);

function falconframes(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Runs a command that must succeed and returns its output. */
function json(...args: string[]) {
  const { status, stdout, stderr } = falconframes(...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Runs a command that must fail with one sentence. */
function refuses(pattern: RegExp, ...args: string[]): void {
  const { status, stdout, stderr } = falconframes(...args);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, pattern);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
}

/** Sentences that are not annotated for the first label. */
const sentences = ['t is', 'a t', 'is u a', 'no u'].map((text, paragraph): Sentence => {
  const start = text.search(/[tu]/);
  return {
    ...{ article: 'A', section: '', paragraph, offset: 0, text },
    spans: [{ start, end: start + 1, label: 'Cell' }],
    annotated: ['Cell', 'Cell Line', 'Organ Tissue'],
  };
});

test('a search writes a table of trials, and its best trial can be trained again', () => {
  writeSentences(at('train.jsonl'), [...sentences, ...sentences]);
  writeSentences(at('dev.jsonl'), sentences.slice(0, 2));
  writeSentences(at('test.jsonl'), sentences.slice(2));
  const space = {
    parameters: { maximumLength: { choices: [32, 4096] } },
    fixed: {
      ...{ encoder: tinyBertFolder, dropout: 0.1, variations: { Cell: 1 } },
      ...{ epochs: 24, learningRate: 0.02, batchSize: 2 },
      // Score columns are numbered in this order.
      labels: FOUR,
    },
  };
  writeFileSync(at('space.json'), JSON.stringify(space));
  const search = [
    ...['search', '--space', at('space.json'), '--sampler', 'grid', '--workers', '2', '--out', at('out')],
    ...['train', 'dev', 'test'].flatMap((part) => [`--${part}`, at(`${part}.jsonl`)]),
  ];
  const result = json(...search, '--track', at('tracked'));
  assert.deepEqual([result.trials, result.failed], [2, 1]);
  assert.ok(result.best.score > 0.5, `score ${result.best.score}`);
  const rows = parse(readFileSync(at('out', 'trials.csv')), { columns: true }) as Record<string, string>[];
  const finished = rows.find(({ status }) => status === 'finished')!;
  const failed = rows.find(({ status }) => status === 'failed')!;
  assert.deepEqual(
    [finished.MODEL_NAME, finished.DROPOUT_RATE, finished.MAX_SEQ_LENGTH, finished.score],
    [tinyBertFolder, '0.1', '32', String(result.best.score)],
  );
  assert.ok(Number(finished.test_Class_1_F1) > 0.5 && Number(finished.val_Class_1_F1) > 0.5);
  // A label that is not annotated, or has no mentions, scores unknown, not 0.
  for (const name of ['test_Class_0_F1', 'val_Class_0_F1', 'test_Class_3_F1'])
    assert.equal(finished[name], '', name);
  assert.match(failed.reason, /4096 tokens exceeds the encoder's 64 positions/);
  assert.equal(failed.test_Class_1_F1, '');
  assert.deepEqual(readdirSync(at('out', 'trials', finished.trial)), ['metrics.jsonl']);

  const [experiment] = readdirSync(at('tracked'));
  const runs = readdirSync(at('tracked', experiment)).filter((name) => name !== 'meta.yaml');
  const tracked = (file: string) =>
    runs.map((run) => readFileSync(at('tracked', experiment, run, file), 'utf8')).sort();
  assert.deepEqual(tracked('params/maximumLength'), ['32', '4096', '{"choices":[32,4096]}']);
  assert.deepEqual(tracked('tags/mlflow.runName'), ['out', 'out 1', 'out 2']);
  const states = tracked('meta.yaml').map((meta) => Number(meta.match(/"status": (\d)/)![1]));
  assert.deepEqual(states.sort(), [3, 3, 4]); // the search and one trial finished, one trial failed
  const id = readFileSync(at('out', 'tracked-run.txt'), 'utf8');
  const parents = runs.map((run) => at('tracked', experiment, run, 'tags', 'mlflow.parentRunId'));
  assert.deepEqual(
    parents.filter(existsSync).map((file) => readFileSync(file, 'utf8')),
    [id, id],
  );
  const ofSearch = (...names: string[]) => at('tracked', experiment, id, ...names);
  assert.match(
    readFileSync(ofSearch('metrics', 'best score'), 'utf8'),
    new RegExp(` ${result.best.score} 1\n$`),
  );
  assert.deepEqual(readdirSync(ofSearch('artifacts', 'search')).sort(), [
    'best.json',
    'search.jsonl',
    'trials.csv',
  ]);

  const journal = readFileSync(at('out', 'search.jsonl'));
  const again = json(...search, '--track', at('tracked'));
  assert.deepEqual(readdirSync(at('tracked', experiment)).length, 4); // no additional run, and meta.yaml
  assert.deepEqual([again, readFileSync(at('out', 'search.jsonl'))], [result, journal]);
  refuses(/a search with (another|other) "seed"/, ...search, '--seed', '2');
  writeSentences(at('test.jsonl'), sentences);
  refuses(/a search with (another|other) "test"/, ...search);
  assert.deepEqual(readFileSync(at('out', 'search.jsonl')), journal);

  const trained = json('train', '--config', at('out', 'best.json'), '--out', at('model'));
  assert.equal(trained.bestScore, result.best.score);
});

test('a search over encoders: each trial has its own, and the tables name it', () => {
  // Of another architecture, with the same vocabulary.
  const other = at('encoders', 'distilbert');
  cpSync(networkFixture('distilbert-tokens').folder, other, { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    cpSync(join(tinyBertFolder, name), join(other, name));
  const encoders = [tinyBertFolder, other];
  const fixed = { epochs: 1, learningRate: 0.02, batchSize: 2, maximumLength: 16 };
  for (const part of ['train', 'dev', 'test']) writeSentences(at(`${part}.jsonl`), sentences);
  const search = (choices: string[], out: string) => {
    writeFileSync(at('space.json'), JSON.stringify({ parameters: { encoder: { choices } }, fixed }));
    return [
      ...['search', '--space', at('space.json'), '--sampler', 'grid', '--out', at(out)],
      ...['train', 'dev', 'test'].flatMap((part) => [`--${part}`, at(`${part}.jsonl`)]),
    ];
  };
  const { status, stdout, stderr } = falconframes(...search(encoders, 'encoders-out'));
  assert.equal(status, 0, stderr);
  for (const encoder of encoders) assert.ok(stdout.includes(`  ${encoder}  `), stdout);
  const rows = parse(readFileSync(at('encoders-out', 'trials.csv')), { columns: true }) as {
    [column: string]: string;
  }[];
  assert.deepEqual(
    rows.map(({ MODEL_NAME, status }) => [MODEL_NAME, status]),
    encoders.map((encoder) => [encoder, 'finished']),
  );
  // Two networks, not the same one twice.
  const losses = ['1', '2'].map((trial) =>
    readFileSync(at('encoders-out', 'trials', trial, 'metrics.jsonl'), 'utf8')
      .match(/"loss":([\d.e-]+)/)!
      .at(1),
  );
  assert.notEqual(losses[0], losses[1]);
  const best = JSON.parse(readFileSync(at('encoders-out', 'best.json'), 'utf8'));
  assert.ok(encoders.includes(best.encoder));
  // An encoder that is not there is noticed before any trial has taken its time.
  refuses(/there is no encoder "no-such-one"/, ...search([...encoders, 'no-such-one'], 'none'));
  assert.deepEqual(readdirSync(at('none')), []);
});

test('a plan lists the trials known in advance', () => {
  const grid: PlanOptions = { grid: 'assessment', encoder: ['one', 'other'], seed: 1 };
  const whole = knownTrials(planSearch(grid));
  assert.equal(whole.length, 96);
  assert.equal(new Set(whole.map((trial) => JSON.stringify({ ...trial, trial: 0 }))).size, 96);
  assert.deepEqual(knownTrials(planSearch({ ...grid, trials: 24 })), whole.slice(0, 24));
  const halving = planSearch({ ...grid, sampler: 'halving', trials: 27 });
  assert.deepEqual(
    halving.rungs.map(({ trials }) => trials),
    [27, 9, 3],
  );
  assert.equal(knownTrials(planSearch({ ...grid, sampler: 'tpe', trials: 30 })).length, 10);
  const refused: [RegExp, PlanOptions][] = [
    [/Give --space FILE .* or --grid assessment/, { seed: 1 }],
    [/the sampler tpe has no end; say --trials N/, { ...grid, sampler: 'tpe' }],
    [/belong to --sampler halving, not to grid/, { ...grid, rungs: 2 }],
    [/need 9 epochs/, { ...grid, sampler: 'halving', trials: 9, resource: 'epochs' }],
  ];
  for (const [message, options] of refused)
    assert.throws(() => planSearch(options), { name: 'InputError', message });
});
