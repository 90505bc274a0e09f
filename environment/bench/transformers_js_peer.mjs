/**
 * Contender of `falconframes benchmark --peers` that runs the int8 file in transformers.js:
 *
 *     node transformers_js_peer.mjs MODEL_FOLDER THREADS
 *
 * The protocol is that of inference_peers.py beside it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AutoModelForTokenClassification, Tensor } from '@xenova/transformers';
import { serveFolder } from './transformers_js.mjs';

const [folder, threads] = process.argv.slice(2);
const TOKENS_A_CALL = 1024;

const model = await AutoModelForTokenClassification.from_pretrained(serveFolder(folder, threads), {
  quantized: true,
});

async function score(windows) {
  const logits = [];
  const started = performance.now();
  for (const batch of batchesOf(windows)) {
    const length = Math.max(...batch.map((index) => windows[index].length));
    const shape = [batch.length, length];
    const ids = new BigInt64Array(batch.length * length);
    const mask = new BigInt64Array(batch.length * length);
    batch.forEach((index, row) => {
      windows[index].forEach((id, place) => {
        ids[row * length + place] = BigInt(id);
        mask[row * length + place] = 1n;
      });
    });
    const { logits: output } = await model({
      input_ids: new Tensor('int64', ids, shape),
      attention_mask: new Tensor('int64', mask, shape),
      token_type_ids: new Tensor('int64', new BigInt64Array(batch.length * length), shape),
    });
    const [, , columns] = output.dims;
    batch.forEach((index, row) => {
      const first = row * length * columns;
      logits[index] = output.data.subarray(first, first + windows[index].length * columns);
    });
  }
  const seconds = (performance.now() - started) / 1000;
  return { seconds, logits: logits.map((rows) => [...rows]) };
}

function* batchesOf(windows) {
  let batch = [];
  const byLength = windows
    .map((_, index) => index)
    .sort((one, other) => windows[one].length - windows[other].length);
  for (const index of byLength) {
    if (batch.length > 0 && (batch.length + 1) * windows[index].length > TOKENS_A_CALL) {
      yield batch;
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) yield batch;
}

function peakMegabytes() {
  const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return (Number(kibibytes) * 1024) / 1e6;
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ file: join(folder, 'onnx', 'model_quantized.onnx'), parameters: null });
for await (const line of createInterface({ input: process.stdin })) {
  const windows = JSON.parse(line);
  answer(windows === null ? { peak_megabytes: peakMegabytes() } : await score(windows));
}
