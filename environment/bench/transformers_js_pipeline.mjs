/**
 * Reference of `npm run bench -- annotate`: transformers.js' token-classification pipeline on a folder's int8 file.
 *
 *     node transformers_js_pipeline.mjs MODEL_FOLDER THREADS
 *
 * For each JSON line {"sentences", "batch"} it tags the sentences, `batch` per call, and answers with seconds and the number of
 * tags.
 */
import { createInterface } from 'node:readline';
import { pipeline } from '@xenova/transformers';
import { serveFolder } from './transformers_js.mjs';

const [folder, threads] = process.argv.slice(2);
const tag = await pipeline('token-classification', serveFolder(folder, threads), { quantized: true });

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer({});
for await (const line of createInterface({ input: process.stdin })) {
  const { sentences, batch } = JSON.parse(line);
  const start = performance.now();
  let tags = 0;
  for (let first = 0; first < sentences.length; first += batch) {
    const some = sentences.slice(first, first + batch);
    const found = await tag(batch === 1 ? some[0] : some);
    tags += found.flat().length;
  }
  answer({ seconds: (performance.now() - start) / 1000, tags });
}
