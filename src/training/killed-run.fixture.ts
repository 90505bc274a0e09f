// A training run that kills itself: node killed-run.fixture.js FILE MOMENT NUMBER
//
// MOMENT is `row`, once so many rows of metrics are written; `milliseconds`, after the first row; or a function of node:fs, during
// its call of that number: half of the data is written.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TokenClassifier } from '../nn';
import type { Example } from '../tasks';
import { taggingObjective } from '../tasks';
import { train } from './trainer';

const [file, moment, number] = process.argv.slice(2);
const { source, settings, folder, examples, replicas } = JSON.parse(fs.readFileSync(file, 'utf8'));
const model = TokenClassifier.load(source);
Object.assign(model.configuration.encoder, { hiddenDropout: 0.2, attentionDropout: 0.2 });
const kill = () => process.kill(process.pid, 'SIGKILL');

/** How much of the call a killed process has completed. */
const halves: Record<string, (...given: never[]) => void> = {
  appendFileSync: (path: string, text: string) => append(path, text.slice(0, text.length / 2)),
  writeSync: (to: number, content: string | Uint8Array) =>
    write(to, content.slice(0, content.length / 2) as Uint8Array),
  renameSync: () => {},
  // For a checkpoint that is removed, the large file.
  rmSync: (path: string) => fs.unlinkSync(path),
};
const { appendFileSync: append, writeSync: write } = fs;
const functions = fs as unknown as Record<string, (...given: unknown[]) => unknown>;
if (moment in halves) {
  const whole = functions[moment];
  let calls = 0;
  functions[moment] = (...given) => {
    const path = String(given[0]);
    const isLast = path.includes('state-') && !fs.existsSync(join(dirname(path), 'progress.json'));
    const counts = moment !== 'rmSync' || isLast;
    if (counts && ++calls === Number(number)) {
      halves[moment](...(given as never[]));
      kill();
    }
    return whole(...given);
  };
}

let rows = 0;
void train({
  task: taggingObjective(model, settings),
  examples: (examples as [number[], number[], number[]][]).map(
    ([inputIds, labels, known]): Example => ({
      inputIds: Int32Array.from(inputIds),
      labels: Uint8Array.from(labels),
      known: Uint8Array.from(known),
    }),
  ),
  options: settings,
  folder,
  evaluate: async () => ({ loss: 0, score: -0.5 }),
  resume: true,
  replicas,
  // By default chosen by a measurement, which under load may differ in another process.
  precision: 'float32',
  onRow: () => {
    rows++;
    if (moment === 'row' && rows === Number(number)) kill();
    // A separate thread, which does not wait for the current step.
    if (moment === 'milliseconds' && rows === 1)
      new Worker(
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, require('node:worker_threads').workerData); process.kill(process.pid, 'SIGKILL')",
        { eval: true, workerData: Number(number) },
      ).unref();
  },
});
