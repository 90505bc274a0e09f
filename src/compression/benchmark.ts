import { statSync } from 'node:fs';
import { meanF1, scoreSpans } from '../evaluation';
import { ENTITY_CLASSES, type EntityClass, InputError, type Sentence, type Span } from '../foundation';
import { cutWindows, type TaggingOptions, type Tokenizer, type TokenScorer, tagTexts } from '../tokenization';

/** One way to run a model: a file on disk and the runtime that reads it. */
export interface Variant {
  name: string;
  /** Whose size counts: weights or graph. Tokenizer and configuration are the same for all and left out. */
  files: readonly string[];
  score: TokenScorer;
  tokenizer: Tokenizer;
  tagging: TaggingOptions;
  /** What the runtime was told to use: reported, not enforced. */
  threads: number;
}

export interface BenchmarkOptions {
  /** Timed runs of each variant at batch 1. */
  runs?: number;
  /** How many different sentences those runs go over. */
  sentences?: number;
  /** Hears of runs and tagged sentences of all variants together. */
  onProgress?: (done: number, total: number) => void;
}

export interface BenchmarkRow {
  name: string;
  /** Of the variant's files, in millions of bytes. */
  megabytes: number;
  threads: number;
  /** Milliseconds from a sentence's token ids to its logits, alone in its batch, over warm runs. */
  medianMs: number;
  p95Ms: number;
  timedRuns: number;
  /** From text to mentions, batched as the variant sees fit. Tokens count without special tokens and padding. */
  sentencesPerSecond: number;
  tokensPerSecond: number;
  /** Strict span F1; null for classes without gold mentions. */
  f1: Record<EntityClass, number | null>;
  /** Over the classes with gold mentions. */
  meanF1: number | null;
}

/** Untimed runs of each variant before the clock starts, spread over the lengths. */
const WARM_UP_RUNS = 10;
/** Sentences that a variant tags before the next has its turn. */
const TURN = 64;

/**
 * Size, latency, throughput and F1 of variants on the same gold sentences.
 *
 * Latency is taken over a fixed set of sentences, evenly spaced from the shortest to the longest, one at a time. The variants take turns,
 * and who begins changes from turn to turn, so that whatever else the machine does falls on all alike.
 */
export async function benchmark(
  variants: readonly Variant[],
  sentences: readonly Sentence[],
  { runs = 200, sentences: setSize = 100, onProgress = () => {} }: BenchmarkOptions = {},
): Promise<BenchmarkRow[]> {
  if (variants.length === 0) throw new InputError('there is nothing to compare; give at least one variant');
  if (sentences.length === 0)
    throw new InputError('there is nothing to measure on; give at least one sentence');
  const total = variants.length * (runs + sentences.length);
  let done = 0;
  const count = (amount: number) => {
    done += amount;
    onProgress(done, total);
  };
  const latencies = await measureLatencies(variants, spreadByLength(sentences, setSize), runs, count);
  const tagged = await measureTagging(variants, sentences, count);
  return variants.map(({ name, files, threads }, index) => {
    const scores = scoreSpans(sentences, tagged[index].spans);
    const f1 = Object.fromEntries(ENTITY_CLASSES.map((label) => [label, scores[label].f1]));
    const { seconds, tokens } = tagged[index];
    return {
      name,
      megabytes: files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6,
      threads,
      medianMs: quantile(latencies[index], 0.5),
      p95Ms: quantile(latencies[index], 0.95),
      timedRuns: latencies[index].length,
      sentencesPerSecond: sentences.length / seconds,
      tokensPerSecond: tokens / seconds,
      f1: f1 as Record<EntityClass, number | null>,
      meanF1: meanF1(scores),
    };
  });
}

/** Milliseconds of each timed run // [variants][runs] */
async function measureLatencies(
  variants: readonly Variant[],
  sentences: readonly Sentence[],
  runs: number,
  count: (amount: number) => void,
): Promise<number[][]> {
  const texts = sentences.map(({ text }) => text);
  const windows = await Promise.all(
    variants.map(async ({ tokenizer, tagging }) =>
      (await tokenizer.encode(texts)).map((encoded) => cutWindows(encoded, tokenizer, tagging.maximumLength)),
    ),
  );
  const latencies: number[][] = variants.map(() => []);
  for (let run = -WARM_UP_RUNS; run < runs; run++) {
    const place = run < 0 ? Math.floor((-run * (texts.length - 1)) / WARM_UP_RUNS) : run % texts.length;
    for (const index of turnsFrom(run + WARM_UP_RUNS, variants.length)) {
      const start = performance.now();
      await variants[index].score(windows[index][place]);
      if (run >= 0) latencies[index].push(performance.now() - start);
    }
    if (run >= 0) count(variants.length);
  }
  return latencies;
}

interface Tagging {
  spans: Span[][]; // [sentences][mentions]
  seconds: number;
  tokens: number;
}

async function measureTagging(
  variants: readonly Variant[],
  sentences: readonly Sentence[],
  count: (amount: number) => void,
): Promise<Tagging[]> {
  const results: Tagging[] = variants.map(() => ({ spans: [], seconds: 0, tokens: 0 }));
  for (let first = 0; first < sentences.length; first += TURN) {
    const texts = sentences.slice(first, first + TURN).map(({ text }) => text);
    for (const index of turnsFrom(first / TURN, variants.length)) {
      const { tokenizer, score, tagging } = variants[index];
      const start = performance.now();
      const tagged = await tagTexts(texts, tokenizer, score, tagging);
      results[index].seconds += (performance.now() - start) / 1000;
      for (const { spans, encoded } of tagged) {
        results[index].spans.push(spans);
        results[index].tokens += encoded.ids.length;
      }
      count(texts.length);
    }
  }
  return results;
}

/** 0 to `size - 1`, beginning one further each turn. */
function turnsFrom(turn: number, size: number): number[] {
  return Array.from({ length: size }, (_, step) => (turn + step) % size);
}

/** Sentences at even steps from the shortest to the longest. */
function spreadByLength(sentences: readonly Sentence[], size: number): Sentence[] {
  const byLength = [...sentences].sort((one, other) => one.text.length - other.text.length);
  if (byLength.length <= size) return byLength;
  return Array.from(
    { length: size },
    (_, step) => byLength[Math.round((step * (byLength.length - 1)) / (size - 1))],
  );
}

/** With linear interpolation between neighbours, as NumPy has it. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}

/** The rows as CSV, one column a figure and a class; empty where there is no F1. */
export function benchmarkCsv(rows: readonly BenchmarkRow[]): string {
  const header = [
    ...['variant', 'megabytes', 'threads', 'median_ms', 'p95_ms', 'timed_runs'],
    ...[
      'sentences_per_second',
      'tokens_per_second',
      ...ENTITY_CLASSES.map((label) => `f1 ${label}`),
      'mean_f1',
    ],
  ];
  const lines = rows.map((row) => [
    `"${row.name.replaceAll('"', '""')}"`,
    ...[row.megabytes, row.threads, row.medianMs, row.p95Ms, row.timedRuns],
    ...[
      row.sentencesPerSecond,
      row.tokensPerSecond,
      ...ENTITY_CLASSES.map((label) => row.f1[label]),
      row.meanF1,
    ],
  ]);
  return [header, ...lines].map((cells) => `${cells.map((cell) => cell ?? '').join(',')}\n`).join('');
}
