import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type BenchmarkRow, benchmark, benchmarkCsv, onnxPath, type Variant } from '../compression';
import { ENTITY_CLASSES, InputError, readSentences, showProgress, writeFileAtomically } from '../foundation';
import { openOnnxScorer } from '../inference';
import { readConfiguration, TokenClassifier, tensorflow } from '../nn';
import { Tokenizer } from '../tokenization';
import { saveFigure, sizeLatencyF1 } from '../visualization';
import { positiveInteger } from './arguments';
import { formatShare, formatTable, notice, printResult } from './output';

interface BenchmarkCommandOptions {
  model: string[];
  data: string[];
  out?: string;
  threads: number;
  runs: number;
  json?: boolean;
}

export function registerBenchmark(program: Command): void {
  program
    .command('benchmark')
    .description(
      'size, latency, throughput and F1 of models: TensorFlow, ONNX, int8 ONNX, whatever the folders hold',
    )
    .requiredOption('--model <folder...>', 'model folders')
    .requiredOption('--data <file...>', 'JSONL files of gold sentences')
    .option('--out <folder>', 'receives benchmark.csv, benchmark.json and benchmark.png')
    .option('--threads <count>', 'threads of each runtime', positiveInteger, 1)
    .option('--runs <count>', 'timed runs of each variant at batch 1', positiveInteger, 200)
    .option('--json', 'the rows as JSON')
    .action(async (options: BenchmarkCommandOptions) => {
      const sentences = options.data.flatMap(readSentences);
      const variants: Variant[] = [];
      for (const folder of options.model) variants.push(...(await variantsOf(folder, options.threads)));
      const progress = showProgress('Measuring');
      const rows = await benchmark(variants, sentences, {
        runs: options.runs,
        onProgress: (done, total) => progress.update(done, total, 'runs and sentences'),
      });
      progress.end();
      if (options.out) await saveBenchmark(rows, options.out);
      printResult(rows, options, () => tableOf(rows, sentences.length));
    });
}

/** A variant for each file of the folder that can be run. */
async function variantsOf(folder: string, threads: number): Promise<Variant[]> {
  const tagging = readConfiguration(folder);
  const tokenizer = new Tokenizer(folder);
  const name = basename(resolve(folder));
  const variants: Variant[] = [];
  const add = (kind: string, file: string, score: Variant['score']) =>
    variants.push({ name: `${name} ${kind}`, files: [file], score, tokenizer, tagging, threads });
  const weights = join(folder, 'model.safetensors');
  if (existsSync(weights) && startTensorFlow(threads)) {
    add('TensorFlow fp32', weights, TokenClassifier.load(folder).score);
  }
  for (const quantized of [false, true]) {
    const path = onnxPath(folder, { quantized });
    if (existsSync(path)) {
      add(quantized ? 'ONNX int8' : 'ONNX fp32', path, await openOnnxScorer(path, { threads }));
    }
  }
  if (variants.length === 0) {
    throw new InputError(
      `${folder}: holds nothing that can be run; name the folder of a trained model, or export it to ONNX first`,
    );
  }
  return variants;
}

/** False, with a notice, where native TensorFlow is not set up: the ONNX files can be measured without. */
function startTensorFlow(threads: number): boolean {
  // Read once, when the library starts.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  process.env.OMP_NUM_THREADS = String(threads);
  try {
    tensorflow();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    notice(`Without TensorFlow: ${error.message}`);
    return false;
  }
}

async function saveBenchmark(rows: readonly BenchmarkRow[], folder: string): Promise<void> {
  writeFileAtomically(join(folder, 'benchmark.csv'), benchmarkCsv(rows));
  writeFileAtomically(join(folder, 'benchmark.json'), `${JSON.stringify(rows, null, 2)}\n`);
  const points = rows.flatMap(({ name, megabytes, medianMs, meanF1 }) =>
    meanF1 === null ? [] : [{ name, sizeMb: megabytes, latencyMs: medianMs, f1: meanF1 }],
  );
  if (points.length > 0) await saveFigure(sizeLatencyF1(points), join(folder, 'benchmark.png'));
  else notice('No sentence holds a gold mention, so there is no F1 and no figure');
}

function tableOf(rows: readonly BenchmarkRow[], sentences: number): string {
  const header = [
    'variant',
    'MB',
    'median ms',
    'p95 ms',
    'sentences/s',
    'tokens/s',
    ...ENTITY_CLASSES,
    'mean F1',
  ];
  const cells = rows.map((row) => [
    ...[row.name, row.megabytes.toFixed(1), row.medianMs.toFixed(2), row.p95Ms.toFixed(2)],
    ...[row.sentencesPerSecond.toFixed(1), row.tokensPerSecond.toFixed(0)],
    ...ENTITY_CLASSES.map((label) => formatShare(row.f1[label])),
    formatShare(row.meanF1),
  ]);
  const { timedRuns, threads } = rows[0];
  return [
    formatTable(header, cells),
    '',
    `Latency: one sentence at a time, ${timedRuns} timed runs a variant in turns, ${threads} thread${threads === 1 ? '' : 's'}.`,
    `Throughput and strict span F1: ${sentences} gold sentences, from text to mentions.`,
  ].join('\n');
}
