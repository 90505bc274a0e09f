import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type BenchmarkRow,
  benchmark,
  europePmcCoreHours,
  openPeers,
  openVariants,
  type Variant,
} from '../benchmark';
import type { Interval } from '../evaluation';
import { checkOutputFile, checkOutputFolder, InputError, readSentences, showProgress } from '../foundation';
import { BENCHMARK_FILES, saveBenchmark } from '../visualization';
import { positiveInteger } from './arguments';
import { checkDistinct, filesOf } from './inputs';
import { formatShare, formatTable, notice, printResult } from './output';

interface BenchmarkCommandOptions {
  model: string[];
  data: string[];
  peers?: string;
  out?: string;
  threads: number;
  runs: number;
  json?: boolean;
}

export function registerBenchmark(program: Command): void {
  program
    .command('benchmark')
    .description(
      'size, latency, throughput, memory and F1 of models: TensorFlow and each ONNX file, whatever the folders hold',
    )
    .requiredOption('--model <folder...>', 'model folders')
    .requiredOption('--data <file...>', 'JSONL files of gold sentences')
    .option(
      '--peers <folder>',
      "a model folder for PyTorch, Python's ONNX Runtime and transformers.js to run in the same turns; their packages are installed on first use",
    )
    .option('--out <folder>', 'receives benchmark.csv, benchmark.json and benchmark.png')
    .option('--threads <count>', 'threads of each runtime', positiveInteger, 1)
    .option('--runs <count>', 'timed runs of each variant at batch 1', positiveInteger, 200)
    .option('--json', 'the rows as JSON')
    .action(async (options: BenchmarkCommandOptions) => {
      if (options.out !== undefined) checkOutputs(options.out, options);
      checkDistinct(options.data, '--data');
      checkDistinct(options.model, '--model');
      const sentences = options.data.flatMap(readSentences);
      if (sentences.length === 0)
        throw new InputError(
          `${options.data.join(', ')}: no sentence to measure on; name files that hold some`,
        );
      const own: Variant[] = [];
      for (const folder of options.model) {
        const name = nameAmong(options.model, folder);
        own.push(...(await openVariants(folder, { threads: options.threads, name, onNotice: notice })));
      }
      const peers = options.peers ? await openPeers(options.peers, options) : undefined;
      const progress = showProgress('Measuring');
      try {
        const rows = await benchmark([...(peers?.variants ?? []), ...own], sentences, {
          runs: options.runs,
          onProgress: (done, total) => progress.update(done, total, 'runs and sentences'),
        });
        if (options.out) await saveBenchmark(rows, options.out);
        printResult(rows, options, () => tablesOf(rows, sentences.length));
      } finally {
        progress.end();
        await peers?.end();
      }
    });
}

function checkOutputs(out: string, { data, model, peers }: BenchmarkCommandOptions): void {
  checkOutputFolder(out);
  const inputs = [...data, ...[...model, ...(peers ? [peers] : [])].flatMap(filesOf)];
  for (const name of BENCHMARK_FILES) checkOutputFile(join(out, name), inputs);
}

/** The last part of a folder's path, or the whole path where another folder has that part too. */
function nameAmong(folders: readonly string[], folder: string): string {
  const last = (path: string) => basename(resolve(path));
  const isShared = folders.some((other) => other !== folder && last(other) === last(folder));
  return isShared ? folder : last(folder);
}

/** Size and speed, set beside the first row; then F1. */
function tablesOf(rows: readonly BenchmarkRow[], sentences: number): string {
  const [first] = rows;
  const { timedRuns, threads } = first;
  const labels = Object.keys(first.f1);
  const speed = rows.map((row) => [
    ...[row.name, row.megabytes.toFixed(1), row.gzippedMegabytes.toFixed(1)],
    ...[(row.parameters / 1e6).toFixed(1), `${(first.megabytes / row.megabytes).toFixed(1)}x`],
    ...[row.medianMs.toFixed(2), row.p95Ms.toFixed(2), `${(first.medianMs / row.medianMs).toFixed(1)}x`],
    ...[row.sentencesPerSecond.toFixed(1), row.tokensPerSecond.toFixed(0), row.peakMegabytes.toFixed(0)],
    europePmcCoreHours(row).toFixed(0),
  ]);
  const scores = rows.map((row) => [
    row.name,
    ...labels.map((label) => withInterval(row.f1[label], row.f1Intervals[label])),
    withInterval(row.meanF1, row.meanF1Interval),
  ]);
  return [
    formatTable(
      [
        ...['variant', 'MB', 'gzipped', 'million weights', 'smaller', 'median ms', 'p95 ms', 'faster'],
        ...['sentences/s', 'tokens/s', 'peak MB', 'core hours'],
      ],
      speed,
    ),
    '',
    `Latency: one sentence at a time, ${timedRuns} timed runs a variant in turns, ${threads} thread${threads === 1 ? '' : 's'}; smaller and faster than the first row.`,
    'Core hours: what the 6.9 million full texts of Europe PMC (2021) would take.',
    '',
    formatTable(['variant', ...labels, 'mean F1'], scores),
    '',
    `Throughput and strict span F1 (95% interval over articles): ${sentences} gold sentences, from text to mentions.`,
  ].join('\n');
}

function withInterval(value: number | null, interval: Interval | null): string {
  const share = formatShare(value);
  return interval ? `${share} (${interval.map(formatShare).join(' to ')})` : share;
}
