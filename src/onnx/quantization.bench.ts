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
import { type QuantizedKind, quantizeEveryKind } from './every-kind';
import { exportToOnnx } from './export';
import { onnxPath } from './folder';
import { quantizeFolder } from './quantize/quantize';

const CALIBRATION_SENTENCES = 200;
const THREADS = 1;

/** What Python makes of the same graph with its defaults. */
async function quantizeInPython(plain: string, folder: string): Promise<QuantizedKind> {
  quantizeFolder(plain, folder); // for configuration and tokenizer; the file is replaced
  const options = [onnxPath(plain, { quantized: false }), onnxPath(folder, { quantized: true })];
  const python = await startPeer('quantize_dynamic.py', options);
  await python.end();
  return { name: "int8 of Python's quantize_dynamic", folder, file: onnxPath('.', { quantized: true }) };
}

const openKind = async ({ name, folder, file }: QuantizedKind): Promise<Variant> => ({
  ...(await openVariant(folder, file, THREADS)),
  name,
});

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
    const texts = readSentences(calibrate).slice(0, CALIBRATION_SENTENCES);
    const kinds = await quantizeEveryKind(
      plain,
      scratch,
      texts.map(({ text }) => text),
    );
    kinds.push(await quantizeInPython(plain, join(scratch, 'python')));
    const variants = await Promise.all(kinds.map(openKind));
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
