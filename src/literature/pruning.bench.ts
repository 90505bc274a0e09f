/**
 * `npm run bench -- pruning --model FOLDER --train FILE… --test FILE… --out FOLDER [--steps N] [--test-sentences N] [--method NAME…]
 * [--only N] [--json]`: strict F1 against the remaining weights, by method, with and without further training.
 *
 * `--method`, which can be repeated, restricts the methods; `--only N` stops after N rows.
 *
 * Writes `pruning.csv` after each row and resumes a stopped study. Each case starts with the same model and training sentences.
 * Latency is that of the exported fp32 graph in ONNX Runtime on one thread, one sentence at a time, alternating with the dense model.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession } from 'onnxruntime-node';
import { padBatch, readConfiguration } from '../nn';
import { encodeAsOnnx, onnxInputs } from '../onnx';
import { Tokenizer } from '../tokenization';
import {
  casesLeft,
  type MeasureLatency,
  measurePruning,
  planPruningStudy,
  readPruningRows,
  writePruningRows,
} from './pruning-study';

const RUNS = 100;
const WARM_UP_RUNS = 5;

const measureLatency: MeasureLatency = async (folders, sentences) => {
  const texts = sentences.slice(0, RUNS).map(({ text }) => text);
  const contenders = await Promise.all(
    folders.map(async (folder) => {
      const session = await InferenceSession.create(encodeAsOnnx(folder), { intraOpNumThreads: 1 });
      const batches = (await new Tokenizer(folder).encode(texts)).map(({ ids }) =>
        padBatch([{ inputIds: ids.slice(0, 126) }]),
      );
      const inputs = batches.map((batch) => onnxInputs(batch, session.inputNames));
      return { session, inputs, times: [] as number[] };
    }),
  );
  for (let run = -WARM_UP_RUNS; run < RUNS; run++)
    for (const { session, inputs, times } of contenders) {
      const start = performance.now();
      await session.run(inputs[Math.abs(run) % inputs.length]);
      if (run >= 0) times.push(performance.now() - start);
    }
  return contenders.map(({ times }) => times.sort((one, other) => one - other)[Math.floor(times.length / 2)]);
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      train: { type: 'string', multiple: true },
      test: { type: 'string', multiple: true },
      out: { type: 'string' },
      steps: { type: 'string', default: '200' },
      'test-sentences': { type: 'string', default: '600' },
      method: { type: 'string', multiple: true },
      only: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { model, train, test, out } = values;
  if (!model || !train || !test || !out)
    throw new Error(
      'give --model FOLDER, --train FILE, --test FILE (each as often as needed) and --out FOLDER',
    );
  const study = {
    ...{ model: resolve(model), train, test, steps: Number(values.steps), batchSize: 16, learningRate: 1e-4 },
    ...{ testSentences: Number(values['test-sentences']), pruneSentences: 100, seed: 1 },
  };
  const path = join(out, 'pruning.csv');
  const rows = readPruningRows(path);
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-pruning-'));
  try {
    const plan = planPruningStudy(readConfiguration(model).encoder).filter(
      ({ method }) => values.method?.includes(method) ?? true,
    );
    const left = casesLeft(plan, rows);
    for (const own of left.slice(0, Number(values.only ?? left.length))) {
      const row = await measurePruning(own, study, join(scratch, 'case'), measureLatency);
      rows.push(row);
      writePruningRows(path, rows);
      const { method, amount, remaining, meanF1, seconds } = row;
      const trained = own.trained ? ', trained on' : '';
      console.error(
        `${method} ${amount}${trained}: ${(100 * remaining).toFixed(1)} % left, F1 ${meanF1?.toFixed(3)}, ${seconds.toFixed(0)} s`,
      );
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else console.table(rows.map(({ f1, ...row }) => row));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
