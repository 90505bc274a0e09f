import type { Command } from 'commander';
import { type BenchmarkRow, benchmark, type Variant } from '../compression';
import { ENTITY_CLASSES, readSentences, showProgress } from '../foundation';
import { openVariants } from '../inference';
import { saveBenchmark } from '../visualization';
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
      for (const folder of options.model) {
        variants.push(...(await openVariants(folder, { threads: options.threads, onNotice: notice })));
      }
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
