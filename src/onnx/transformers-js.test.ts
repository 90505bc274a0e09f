import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { basename, dirname } from 'node:path';
import test from 'node:test';
import { projectRoot } from '../foundation';
import { readConfiguration, savedLabels } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { Tokenizer } from '../tokenization';
import { exportToOnnx } from './export';
import { fuseFolder } from './fuse/fuse-folder';
import { FUSED_OPERATORS } from './fuse/operators';
import { quantizeFolder, quantizeFolderStatically } from './quantize/quantize';
import { runOnnx } from './run.fixture';

/** Runs in a separate process, since it loads another ONNX Runtime, version 1.14. */
const PIPELINE = `
  import { env, pipeline } from '@xenova/transformers';
  const { models, model, quantized, text } = JSON.parse(process.argv[1]);
  env.allowRemoteModels = false;
  env.localModelPath = models;
  const tag = await pipeline('token-classification', model, { quantized });
  console.log(JSON.stringify(await tag(text, { ignore_labels: [] })));
`;

interface TaggedToken {
  entity: string;
  score: number;
  index: number;
}

test('transformers.js reads the folder and returns the labels and scores of our logits', async (t) => {
  const folder = copyTinyBert(t);
  const text = 'T cells carry p.V600E (liver, 7-fold).';
  const labels = savedLabels(readConfiguration(folder));
  const tokenizer = new Tokenizer(folder);
  const [{ ids }] = await tokenizer.encode([text]);
  const row = [tokenizer.startId, ...ids, tokenizer.endId];
  const inputs = {
    input_ids: [row],
    attention_mask: [row.map(() => 1)],
    token_type_ids: [row.map(() => 0)],
    logits: [],
  };
  // Its ONNX Runtime has no MatMulNBits, the operator of four-bit weights.
  const files = [
    { quantized: false, write: () => exportToOnnx(folder) },
    { quantized: true, write: () => quantizeFolder(folder) },
    { quantized: true, write: () => quantizeFolder(folder, folder, { kind: 'fp16' }) },
    {
      quantized: true,
      write: () => quantizeFolderStatically(folder, folder, { texts: [text], method: 'min-max' }),
    },
    { quantized: false, write: () => fuseFolder(folder) },
    { quantized: true, write: () => quantizeFolder(folder) },
    {
      quantized: false,
      write: () => {
        exportToOnnx(folder);
        return fuseFolder(folder, folder, { operators: FUSED_OPERATORS });
      },
    },
    { quantized: true, write: () => quantizeFolder(folder) },
  ];
  for (const { quantized, write } of files) {
    const path = await write();
    const request = { models: `${dirname(folder)}/`, model: basename(folder), quantized, text };
    const output = execFileSync(
      process.execPath,
      ['--input-type=module', '-e', PIPELINE, JSON.stringify(request)],
      {
        cwd: projectRoot,
        encoding: 'utf8',
      },
    );
    const tagged: TaggedToken[] = JSON.parse(output);
    const logits = await runOnnx(path, inputs);
    assert.equal(tagged.length, ids.length);
    for (const { entity, score, index } of tagged) {
      const probabilities = softmax(logits.subarray(index * labels.length, (index + 1) * labels.length));
      const best = probabilities.indexOf(Math.max(...probabilities));
      assert.equal(entity, labels[best]);
      assert.ok(Math.abs(score - probabilities[best]) < 1e-3, `${score} against ${probabilities[best]}`);
    }
  }
});

function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
