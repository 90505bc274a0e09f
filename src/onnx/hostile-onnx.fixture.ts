/**
 * `node hostile-onnx.fixture.js FOLDER SEED COUNT`: opens and runs damaged copies of a folder's onnx/model.onnx, one after another,
 * and prints how many were rejected. Runs in a separate process, since damage that passes the checks may crash it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, InputError } from '../foundation';
import { openFolderScorer } from './session';

async function main([folder, seed, count]: string[]): Promise<void> {
  const path = join(folder, 'onnx', 'model.onnx');
  const whole = readFileSync(path);
  const damaged = join(folder, 'onnx', 'damaged.onnx');
  const outcomes = { refused: 0, run: 0 };
  for (let number = 0; number < Number(count); number++) {
    const { below } = createRandom(Number(seed) + number);
    const bytes = Buffer.from(whole);
    for (let changes = 1 + below(3); changes > 0; changes--) {
      // Names, shapes and operators are a small part of the file, but most of what matters.
      bytes[below(2) ? below(bytes.length) : below(Math.min(bytes.length, 6000))] = below(256);
    }
    writeFileSync(damaged, below(10) ? bytes : bytes.subarray(0, below(bytes.length)));
    // The last line identifies the copy if the process crashes.
    process.stderr.write(`${Number(seed) + number}\n`);
    try {
      const { score } = await openFolderScorer(folder, damaged, { threads: 1 });
      const inputIds = Int32Array.of(2, 10, 11, 12, 3);
      await score([{ inputIds }]);
      outcomes.run++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      outcomes.refused++;
    }
  }
  console.log(JSON.stringify(outcomes));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 3;
});
