/**
 * `npm run bench -- quantization --model FOLDER --calibrate FILE --test FILE… [--sentences N] [--out FOLDER] [--json]`: compares
 * every kind of quantization of one model, and Python's `onnxruntime.quantization` on the same file.
 *
 * Size, latency at batch 1, throughput and strict F1 on one thread, the variants in turns (compression/benchmark.ts), on the first
 * N sentences of each test file (all by default). Static kinds take their ranges from the first 200 sentences of the calibration
 * file. --out writes quantization.csv and quantization.json there.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmark, benchmarkCsv, openVariant, startPeer, type Variant } from '../benchmark';
import { readSentences, showProgress, writeFileAtomically } from '../foundation';
import { exportToOnnx } from './export';
import { onnxPath } from './folder';
import { fuseFolder } from './fuse/fuse-folder';
import { CALIBRATION_METHODS } from './quantize/calibration';
import { quantizeFolder, quantizeFolderStatically } from './quantize/quantize';

const CALIBRATION_SENTENCES = 200;
const THREADS = 1;

/** Creates the folder of each kind by name, all from the exported `plain`, and says which of its files is measured. */
async function makeKinds(
  plain: string,
  scratch: string,
  calibrate: string,
): Promise<[string, string, boolean][]> {
  const at = (name: string) => join(scratch, name.replaceAll(' ', '-'));
  const kinds: [string, string, boolean][] = [['fp32', plain, false]];
  const add = async (name: string, make: (folder: string) => unknown) => {
    await make(at(name));
    kinds.push([name, at(name), true]);
  };
  await add('fp16 storage', (folder) => quantizeFolder(plain, folder, { kind: 'fp16' }));
  await add('int8, a scale a column', (folder) => quantizeFolder(plain, folder));
  await add('int8, a scale a matrix', (folder) => quantizeFolder(plain, folder, { perTensor: true }));
  await add('int8, embeddings in fp32', (folder) => quantizeFolder(plain, folder, { keepEmbeddings: true }));
  await add('int8, attention fused', (folder) => {
    fuseFolder(plain, folder, { operators: ['attention'] });
    quantizeFolder(folder);
  });
  const texts = readSentences(calibrate)
    .slice(0, CALIBRATION_SENTENCES)
    .map(({ text }) => text);
  for (const method of CALIBRATION_METHODS)
    await add(`int8, static, ${method}`, (folder) =>
      quantizeFolderStatically(plain, folder, { texts, method }),
    );
  await add('4-bit weights', (folder) => quantizeFolder(plain, folder, { kind: '4-bit' }));
  await add("int8 of Python's quantize_dynamic", async (folder) => {
    quantizeFolder(plain, folder); // for configuration and tokenizer; the file is replaced
    const options = [onnxPath(plain, { quantized: false }), onnxPath(folder, { quantized: true })];
    const python = await startPeer('quantize_dynamic.py', options);
    await python.end();
  });
  return kinds;
}

async function openKind([name, folder, quantized]: [string, string, boolean]): Promise<Variant> {
  const file = onnxPath('.', { quantized });
  return { ...(await openVariant(folder, file, THREADS)), name };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      calibrate: { type: 'string' },
      test: { type: 'string', multiple: true },
      sentences: { type: 'string', default: 'Infinity' },
      out: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { model, calibrate, test, out } = values;
  if (!model || !calibrate || !test)
    throw new Error('give --model FOLDER, --calibrate FILE and --test FILE (as often as needed)');
  const sentences = test.flatMap((file) => readSentences(file).slice(0, Number(values.sentences)));
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-quantization-'));
  const progress = showProgress('Measuring');
  try {
    const plain = join(scratch, 'plain');
    cpSync(resolve(model), plain, { recursive: true });
    exportToOnnx(plain);
    const variants = await Promise.all((await makeKinds(plain, scratch, calibrate)).map(openKind));
    const rows = await benchmark(variants, sentences, {
      onProgress: (done, total) => progress.update(done, total, 'runs and sentences'),
    });
    progress.end();
    if (out) {
      writeFileAtomically(join(out, 'quantization.csv'), benchmarkCsv(rows));
      writeFileAtomically(join(out, 'quantization.json'), `${JSON.stringify(rows, null, 2)}\n`);
    }
    if (values.json) console.log(JSON.stringify(rows, null, 2));
    else
      console.table(
        rows.map(({ name, megabytes, medianMs, p95Ms, sentencesPerSecond, meanF1 }) => ({
          ...{ kind: name, 'size (MB)': megabytes, 'median (ms)': medianMs, 'p95 (ms)': p95Ms },
          ...{ 'sentences/s': sentencesPerSecond, 'mean strict F1': meanF1 },
        })),
      );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
