import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { livingTensors, Model, readEncoderConfiguration } from '../../nn';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { Tokenizer } from '../../tokenization';
import { readJson } from '../configuration';
import { fineTune } from '../recipe';
import { type Pretraining, pretrain } from './pretrain';
import { completePretraining, pretrainingOfFile } from './schema';
import { readWindows } from './windows';

const LINE = 'The mutation of the gene in the cell line HeLa was found in the liver and in the kidney.';

function prepare(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'pretrain-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const at = (...names: string[]) => join(folder, ...names);
  writeFileSync(at('text.txt'), `${LINE}\n`.repeat(100));
  const fresh = { architecture: 'electra', layers: 2, hiddenSize: 12, embeddingSize: 4, attentionHeads: 4 };
  const run: Omit<Pretraining, 'out'> = {
    text: [at('text.txt')],
    encoder: tinyBertFolder,
    fresh: { ...fresh, maximumPositions: 64, dropout: 0 },
    batchSize: 8,
    learningRate: 1e-2,
    replicas: 1,
    precision: 'float32',
  };
  return { at, run };
}

test('a new encoder learns repetitive text, and fine-tuning takes its folder', async (context) => {
  const { at, run } = prepare(context);
  const { rows, parameters, windows, finished } = await pretrain({ ...run, epochs: 8, out: at('out') });
  assert.ok(finished);
  assert.deepEqual(windows, { train: 190, heldOut: 10 });
  const losses = rows.flatMap((row) => (row.kind === 'evaluation' ? [row.loss] : []));
  const { vocabularySize } = new Tokenizer(tinyBertFolder);
  assert.ok(
    Math.abs(Math.log(vocabularySize) - (rows[0] as { loss: number }).loss) < 0.3,
    'starts at chance',
  );
  assert.ok(losses[7] < losses[0] - 0.4, losses.join(' '));
  const { type, hiddenSize, embeddingSize } = readEncoderConfiguration(at('out'));
  assert.deepEqual([type, hiddenSize, embeddingSize], ['electra', 12, 4]);
  const model = Model.load(at('out'));
  assert.equal(model.parameters.count, parameters);
  model.dispose();
  const line = (text: string, label: string) => `${JSON.stringify({ text, label })}\n`;
  const data = `${line('The gene.', 'a')}${line('The liver and the kidney.', 'b')}`.repeat(8);
  for (const name of ['train.jsonl', 'dev.jsonl']) writeFileSync(at(name), data);
  const files = { train: [at('train.jsonl')], dev: [at('dev.jsonl')] };
  const tuned = await fineTune({
    ...files,
    encoder: at('out'),
    epochs: 1,
    out: at('tuned'),
    maximumLength: 32,
  });
  assert.deepEqual(tuned.labels, ['a', 'b']);
  assert.equal(livingTensors(), 0);
});

test('a run that was interrupted and resumed takes the same steps', async (context) => {
  const { at, run } = prepare(context);
  const whole = await pretrain({ ...run, epochs: 2, out: at('whole') });
  const interrupt = new AbortController();
  const onRow = (rows: readonly unknown[]) => {
    if (rows.length === 30) interrupt.abort();
  };
  const part = await pretrain({ ...run, epochs: 2, out: at('part'), signal: interrupt.signal, onRow });
  assert.equal(part.finished, false);
  const rest = await pretrain({ ...run, epochs: 2, out: at('part'), resume: true });
  const lossesOf = ({ rows }: typeof whole) => rows.map(({ loss }) => loss);
  assert.deepEqual(lossesOf(rest), lossesOf(whole));
  assert.deepEqual(
    readFileSync(at('part', 'model.safetensors')),
    readFileSync(at('whole', 'model.safetensors')),
  );
  await assert.rejects(pretrain({ ...run, epochs: 2, out: at('part'), resume: true }), /its run is finished/);
});

test('the seed chooses the windows of a sample, and every twentieth is held out', async (context) => {
  const { at } = prepare(context);
  writeFileSync(
    at('text.txt'),
    Array.from({ length: 100 }, (_, index) => `${LINE} ${'the '.repeat(index)}`).join('\n'),
  );
  const tokenizer = new Tokenizer(tinyBertFolder);
  const lengths = async (maximumTexts: number | null, seed: number) => {
    const { train, heldOut } = await readWindows(
      { text: [at('text.txt')], maximumTexts, seed },
      tokenizer,
      512,
    );
    return [...train, ...heldOut].map(({ inputIds }) => inputIds.length);
  };
  assert.equal(new Set(await lengths(null, 1)).size, 100);
  const one = await lengths(40, 1);
  assert.equal(new Set(one).size, 40);
  assert.deepEqual(await lengths(40, 1), one);
  assert.notDeepEqual(await lengths(40, 2), one);
  await assert.rejects(lengths(1, 1), /^InputError: "maximumTexts" is 1, .*raise it$/);
  writeFileSync(at('text.txt'), 'A.\n');
  await assert.rejects(lengths(null, 1), /text\.txt: has too little text to train on/);
});

test('configurations are completed, or rejected in one sentence', (context) => {
  const { at } = prepare(context);
  const shape = { layers: 2, hiddenSize: 12, attentionHeads: 4 };
  writeFileSync(at('run.json'), JSON.stringify({ text: ['text.txt'], fresh: shape }));
  const { text, fresh, epochs, maximumLength } = pretrainingOfFile(readJson(at('run.json')), at('run.json'));
  assert.deepEqual(text, [at('text.txt')]);
  assert.deepEqual(fresh, { ...shape, architecture: 'bert', maximumPositions: 512, dropout: 0.1 });
  assert.deepEqual([epochs, maximumLength], [1, 128]);
  const refused = (value: object, message: RegExp) =>
    assert.throws(() => completePretraining(value, 'run.json'), { name: 'InputError', message });
  refused({}, /run\.json: "text" is missing/);
  refused({ text: ['a'], fresh: 3 }, /"fresh" must be an object, found 3/);
  refused({ text: ['a'], fresh: { layers: 2, hiddenSize: 12 } }, /"fresh": "attentionHeads" is missing/);
  refused({ text: ['a'], fresh: { ...shape, depth: 2 } }, /run\.json, "fresh": "depth" is not a key/);
  refused({ text: ['a'], batchSize: 8, batchTokens: 100 }, /"batchSize" and "batchTokens" both set/);
});
