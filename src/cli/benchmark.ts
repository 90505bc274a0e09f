import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type BenchmarkRow,
  benchmark,
  benchmarkTexts,
  type Costs,
  europePmcCoreHours,
  openPeers,
  openTextPeers,
  openTextVariants,
  openVariants,
  type TextBenchmarkRow,
  textBenchmarkCsv,
} from '../benchmark';
import type { Interval } from '../evaluation';
import {
  checkOutputFile,
  checkOutputFolder,
  counted,
  InputError,
  readLabelledTexts,
  readSentences,
  showProgress,
  writeFileAtomically,
} from '../foundation';
import { BENCHMARK_FILES, saveBenchmark } from '../visualization';
import { positiveInteger } from './arguments';
import { examples } from './examples';
import { checkDistinct, filesOf } from './inputs';
import { taskOfModels } from './model-and-data';
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
      'measure size, latency, throughput, memory and scores of every model variant in the folders: TensorFlow and each ONNX file',
    )
    .requiredOption('--model <folder...>', 'model folders')
    .requiredOption(
      '--data <file...>',
      'JSONL files of gold sentences; for classifiers, files of labelled texts',
    )
    .option(
      '--peers <folder>',
      "folder to run alternately with PyTorch, Python's ONNX Runtime and, for taggers, transformers.js as well; their packages are installed on first use",
    )
    .option(
      '--out <folder>',
      'output folder for benchmark.csv, benchmark.json and, for taggers, benchmark.png',
    )
    .option('--threads <count>', 'threads per runtime', positiveInteger, 1)
    .option('--runs <count>', 'timed runs per variant at batch size 1', positiveInteger, 200)
    .option('--json', 'print the rows as JSON')
    .addHelpText(
      'after',
      examples('npx falconframes benchmark --model runs/mine --data test.jsonl --runs 20'),
    )
    .action(async (options: BenchmarkCommandOptions) => {
      if (options.out !== undefined) checkOutputs(options.out, options);
      checkDistinct(options.data, '--data');
      checkDistinct(options.model, '--model');
      const task = taskOfModels(options.model, options.data);
      await (task === 'tagging' ? benchmarkTaggers(options) : benchmarkClassifiers(options));
    });
}

async function benchmarkTaggers(options: BenchmarkCommandOptions): Promise<void> {
  const sentences = options.data.flatMap(readSentences);
  if (sentences.length === 0)
    throw new InputError(
      `${options.data.join(', ')}: contains no sentences to measure on; give files that do`,
    );
  const own = await openEach(options, openVariants);
  const peers = options.peers ? await openPeers(options.peers, options) : undefined;
  const variants = [...(peers?.variants ?? []), ...own];
  const progress = showProgress('Measuring');
  try {
    const rows = await benchmark(variants, sentences, {
      runs: options.runs,
      onProgress: (done, total) => progress.update(done, total, 'runs and sentences'),
    });
    if (options.out) await saveBenchmark(rows, options.out);
    printResult(rows, options, () => tablesOf(rows, sentences.length));
  } finally {
    progress.end();
    await Promise.all(variants.map((variant) => variant.dispose()));
    await peers?.end();
  }
}

async function benchmarkClassifiers(options: BenchmarkCommandOptions): Promise<void> {
  const texts = options.data.flatMap(readLabelledTexts);
  // First, since it may be refused.
  const peers = options.peers ? await openTextPeers(options.peers, options) : undefined;
  const variants = [...(peers?.variants ?? []), ...(await openEach(options, openTextVariants))];
  const progress = showProgress('Measuring');
  try {
    const rows = await benchmarkTexts(variants, texts, {
      runs: options.runs,
      onProgress: (done, total) => progress.update(done, total, 'runs and texts'),
    });
    if (options.out) saveTextBenchmark(rows, options.out);
    printResult(rows, options, () => textTablesOf(rows, texts.length));
  } finally {
    progress.end();
    await Promise.all(variants.map((variant) => variant.dispose()));
    await peers?.end();
  }
}

/** Returns every variant in the folders, named after its folder. */
async function openEach<Opened>(
  { model, threads }: BenchmarkCommandOptions,
  open: (
    folder: string,
    options: { threads: number; name: string; onNotice: typeof notice },
  ) => Promise<Opened[]>,
): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const folder of model)
    opened.push(...(await open(folder, { threads, name: nameAmong(model, folder), onNotice: notice })));
  return opened;
}

function saveTextBenchmark(rows: readonly TextBenchmarkRow[], folder: string): void {
  writeFileAtomically(join(folder, BENCHMARK_FILES[0]), textBenchmarkCsv(rows));
  writeFileAtomically(join(folder, BENCHMARK_FILES[1]), `${JSON.stringify(rows, null, 2)}\n`);
}

function checkOutputs(out: string, { data, model, peers }: BenchmarkCommandOptions): void {
  checkOutputFolder(out);
  const inputs = [...data, ...[...model, ...(peers ? [peers] : [])].flatMap(filesOf)];
  for (const name of BENCHMARK_FILES) checkOutputFile(join(out, name), inputs);
}

/** Returns the last part of a folder's path, or the whole path if several folders share that part. */
function nameAmong(folders: readonly string[], folder: string): string {
  const last = (path: string) => basename(resolve(path));
  const isShared = folders.some((other) => other !== folder && last(other) === last(folder));
  return isShared ? folder : last(folder);
}

/** Prints size and speed relative to the first row, then F1. */
function tablesOf(rows: readonly BenchmarkRow[], sentences: number): string {
  const labels = [...new Set(rows.flatMap(({ f1 }) => Object.keys(f1)))];
  const speeds = rows.map((row) => [row.sentencesPerSecond.toFixed(1), row.tokensPerSecond.toFixed(0)]);
  const coreHours = rows.map((row) => europePmcCoreHours(row).toFixed(0));
  const scores = rows.map((row) => [
    row.name,
    ...labels.map((label) => withInterval(row.f1[label] ?? null, row.f1Intervals[label])),
    withInterval(row.meanF1, row.meanF1Interval),
  ]);
  return [
    costTable(rows, 'sentences/s', speeds, coreHours),
    '',
    latencyNote(rows[0], 'sentence'),
    'Core hours: estimate for the 6.9 million full texts of Europe PMC (2021).',
    '',
    formatTable(['variant', ...labels, 'mean F1'], scores),
    '',
    `Throughput and strict span F1 (95% interval over articles): ${sentences} gold sentences, from text to mentions.`,
  ].join('\n');
}

function textTablesOf(rows: readonly TextBenchmarkRow[], texts: number): string {
  const speeds = rows.map((row) => [row.textsPerSecond.toFixed(1), row.tokensPerSecond.toFixed(0)]);
  return [
    costTable(rows, 'texts/s', speeds),
    '',
    latencyNote(rows[0], 'text'),
    '',
    formatTable(
      ['variant', 'accuracy', 'macro F1'],
      rows.map((row) => [
        row.name,
        withInterval(row.accuracy, row.accuracyInterval),
        withInterval(row.macroF1, row.macroF1Interval),
      ]),
    ),
    '',
    `Throughput and scores (95% interval over texts): ${counted(texts, 'text')}, from text to label.`,
  ].join('\n');
}

/** @param speeds items and tokens per second of each row @param coreHours of each row, if known */
function costTable(
  rows: readonly Costs[],
  items: string,
  speeds: readonly string[][],
  coreHours?: readonly string[],
): string {
  const [first] = rows;
  return formatTable(
    [
      ...['variant', 'MB', 'gzipped', 'million weights', 'smaller', 'median ms', 'p95 ms', 'faster'],
      ...[items, 'tokens/s', 'peak MB', ...(coreHours ? ['core hours'] : [])],
    ],
    rows.map((row, index) => [
      ...[row.name, row.megabytes.toFixed(1), row.gzippedMegabytes.toFixed(1)],
      ...[(row.parameters / 1e6).toFixed(1), `${(first.megabytes / row.megabytes).toFixed(1)}x`],
      ...[row.medianMs.toFixed(2), row.p95Ms.toFixed(2), `${(first.medianMs / row.medianMs).toFixed(1)}x`],
      ...[...speeds[index], row.peakMegabytes.toFixed(0)],
      ...(coreHours ? [coreHours[index]] : []),
    ]),
  );
}

const latencyNote = ({ timedRuns, threads }: Costs, item: string): string =>
  `Latency: one ${item} at a time, ${timedRuns} alternating timed runs per variant, ${counted(threads, 'thread')}; "smaller" and "faster" are relative to the first row.`;

function withInterval(value: number | null, interval: Interval | null): string {
  const share = formatShare(value);
  return interval ? `${share} (${interval.map(formatShare).join(' to ')})` : share;
}
