import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  bootstrapIntervals,
  countByArticle,
  type Interval,
  meanSpanF1,
  spanF1,
  sumRows,
} from '../evaluation';
import { byLabel, InputError, type Sentence } from '../foundation';
import {
  onlyLabels,
  type TaggedText,
  type TaggingOptions,
  tagTexts,
  tokenOutcomes,
  voteByArticle,
} from '../tasks';
import { cutWindows, type Tokenizer, type TokenScorer } from '../tokenization';

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
  /** Weights that were learned, counted one by one. */
  parameters: number;
  /** Milliseconds so far that went into messages to another process. They do not count. */
  messageMs?: () => number;
  /** Megabytes that a process of its own needs at its peak for tagging these texts. */
  measureMemory: (texts: readonly string[]) => Promise<number>;
  /** Gives memory back: the network, or ONNX Runtime's session. */
  dispose(): Promise<void>;
  /** True for a network of random weights, whose F1 means nothing. */
  untrained?: boolean;
}

export interface BenchmarkOptions {
  /** Timed runs of each variant at batch 1. */
  runs?: number;
  /** How many different sentences those runs go over, and how many are tagged while memory is watched. */
  sentences?: number;
  /** Of the bootstrap that the intervals are drawn by. */
  seed?: number;
  /** Hears of runs and tagged sentences of all variants together. */
  onProgress?: (done: number, total: number) => void;
}

export interface BenchmarkRow {
  name: string;
  /** Of the variant's files, in millions of bytes. */
  megabytes: number;
  gzippedMegabytes: number;
  parameters: number;
  /** Resident memory at its peak, of a process that tags and does nothing else, in millions of bytes. */
  peakMegabytes: number;
  threads: number;
  /** Milliseconds from a sentence's token ids to its logits, alone in its batch, over warm runs. */
  medianMs: number;
  p95Ms: number;
  timedRuns: number;
  /** From text to mentions, batched as the variant sees fit. Tokens count without special tokens and padding. */
  sentencesPerSecond: number;
  tokensPerSecond: number;
  /** Strict span F1, articles of one mind as `annotate` has them; null for classes without gold mentions. */
  f1: Record<string, number | null>;
  /** 95% bootstrap intervals over articles. */
  f1Intervals: Record<string, Interval | null>;
  /** Over the classes with gold mentions. */
  meanF1: number | null;
  meanF1Interval: Interval | null;
}

/** Of Europe PMC in 2021 (CORDIS, report 199094). */
const FULL_TEXTS = 6.9e6;
/** Tokens of a full text: the mean of CRAFT's 67 articles. */
const TOKENS_A_FULL_TEXT = 10_800;

/** What annotating all full texts of Europe PMC would take at a row's throughput, in hours of one core. */
export function europePmcCoreHours({ tokensPerSecond, threads }: BenchmarkRow): number {
  return ((FULL_TEXTS * TOKENS_A_FULL_TEXT) / tokensPerSecond / 3600) * threads;
}

/**
 * Timed runs of a variant before the next has its turn, after as many untimed ones on the same sentences: a model in production
 * finds its weights in the processor's cache, and not those of its rivals.
 */
const LATENCY_TURN = 10;
/** Sentences that a variant tags before the next has its turn. */
const TAGGING_TURN = 64;

/**
 * Size, latency, throughput and F1 of variants on the same gold sentences.
 *
 * Latency is taken over a fixed set of sentences, evenly spaced from the shortest to the longest, one at a time. The variants take turns,
 * and who begins changes from turn to turn, so that whatever else the machine does falls on all alike.
 */
export async function benchmark(
  variants: readonly Variant[],
  sentences: readonly Sentence[],
  { runs = 200, sentences: setSize = 100, seed = 1, onProgress = () => {} }: BenchmarkOptions = {},
): Promise<BenchmarkRow[]> {
  if (variants.length === 0) throw new InputError('there is nothing to compare; give at least one variant');
  if (sentences.length === 0)
    throw new InputError('there is nothing to measure on; give at least one sentence');
  const total = variants.length * (runs + sentences.length + setSize);
  let done = 0;
  const count = (amount: number) => {
    done += amount;
    onProgress(done, total);
  };
  const fixed = spreadByLength(sentences, setSize);
  // First of all, while processes that serve as variants have done nothing else.
  const memory: number[] = [];
  for (const variant of variants) {
    memory.push(await variant.measureMemory(fixed.map(({ text }) => text)));
    count(setSize);
  }
  const latencies = await measureLatencies(variants, fixed, runs, count);
  const taggings = await measureTagging(variants, sentences, count);
  const rows: BenchmarkRow[] = [];
  for (const [index, variant] of variants.entries()) {
    const { tagged, seconds, tokens } = taggings[index];
    const contents = variant.files.map((file) => readFileSync(file));
    rows.push({
      name: variant.name,
      megabytes: megabytesOf(contents),
      gzippedMegabytes: megabytesOf(contents.map((content) => gzipSync(content))),
      parameters: variant.parameters,
      peakMegabytes: memory[index],
      threads: variant.threads,
      medianMs: quantile(latencies[index], 0.5),
      p95Ms: quantile(latencies[index], 0.95),
      timedRuns: latencies[index].length,
      sentencesPerSecond: sentences.length / seconds,
      tokensPerSecond: tokens / seconds,
      ...scoresOf(sentences, tagged, variant, seed),
    });
  }
  return rows;
}

function megabytesOf(contents: readonly Buffer[]): number {
  return contents.reduce((sum, { length }) => sum + length, 0) / 1e6;
}

/** Strict span F1 by class and their mean, with intervals; all null for a network that was not trained. */
function scoresOf(
  sentences: readonly Sentence[],
  tagged: readonly TaggedText[],
  { tagging, untrained }: Variant,
  seed: number,
): Pick<BenchmarkRow, 'f1' | 'f1Intervals' | 'meanF1' | 'meanF1Interval'> {
  const found = voteByArticle(
    sentences,
    tagged.map(({ spans }) => spans),
    tagging,
  );
  const { labels } = tagging;
  const gold = onlyLabels(sentences, labels);
  const outcomes = tokenOutcomes(gold, tagged, tagging);
  const { rows } = countByArticle(gold, found, outcomes, tagging.threshold);
  const statistics = [...labels.map((label) => spanF1(labels, label)), meanSpanF1(labels)];
  const sums = sumRows(rows);
  const values = statistics.map((statistic) => (untrained ? null : statistic(sums)));
  const intervals = bootstrapIntervals(rows, statistics, { seed }).map((interval, index) =>
    values[index] === null ? null : interval,
  );
  return {
    f1: byLabel(labels, (_, index) => values[index]),
    f1Intervals: byLabel(labels, (_, index) => intervals[index]),
    meanF1: values[labels.length],
    meanF1Interval: intervals[labels.length],
  };
}

/** What an action takes, messages to other processes left out. */
async function timed<Result>(
  variant: Variant,
  action: () => Promise<Result>,
): Promise<{ result: Result; milliseconds: number }> {
  const messagesBefore = variant.messageMs?.() ?? 0;
  const start = performance.now();
  const result = await action();
  const messages = (variant.messageMs?.() ?? 0) - messagesBefore;
  return { result, milliseconds: performance.now() - start - messages };
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
  for (let first = 0; first < runs; first += LATENCY_TURN) {
    const last = Math.min(first + LATENCY_TURN, runs);
    const places = Array.from({ length: last - first }, (_, step) => (first + step) % texts.length);
    for (const index of turnsFrom(first / LATENCY_TURN, variants.length)) {
      const { score } = variants[index];
      for (const place of places) await score(windows[index][place]);
      for (const place of places) {
        const { milliseconds } = await timed(variants[index], () => score(windows[index][place]));
        latencies[index].push(milliseconds);
      }
      count(places.length);
    }
  }
  return latencies;
}

interface Tagging {
  tagged: TaggedText[]; // [sentences]
  seconds: number;
  tokens: number;
}

async function measureTagging(
  variants: readonly Variant[],
  sentences: readonly Sentence[],
  count: (amount: number) => void,
): Promise<Tagging[]> {
  const results: Tagging[] = variants.map(() => ({ tagged: [], seconds: 0, tokens: 0 }));
  for (let first = 0; first < sentences.length; first += TAGGING_TURN) {
    const texts = sentences.slice(first, first + TAGGING_TURN);
    for (const index of turnsFrom(first / TAGGING_TURN, variants.length)) {
      const { tokenizer, score, tagging } = variants[index];
      const { result, milliseconds } = await timed(variants[index], () =>
        tagTexts(texts, tokenizer, score, tagging),
      );
      results[index].seconds += milliseconds / 1000;
      results[index].tagged.push(...result);
      for (const { encoded } of result) results[index].tokens += encoded.ids.length;
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
