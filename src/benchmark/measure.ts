import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { InputError } from '../foundation';
import type { Tokenizer, TokenScorer } from '../tokenization';

/** One way to run a model: a file on disk and the runtime that reads it. */
export interface Runnable {
  name: string;
  /** Files that count towards the size: weights or graph. Tokenizer and configuration are the same for all and excluded. */
  files: readonly string[];
  score: TokenScorer;
  tokenizer: Tokenizer;
  /** The runtime's configured number of threads: reported, not enforced. */
  threads: number;
  /** Number of learned weights. */
  parameters: number;
  /** Milliseconds so far spent on messages to another process, which are subtracted. */
  messageMs?: () => number;
  /** Peak megabytes of a separate process for these texts. */
  measureMemory: (texts: readonly string[]) => Promise<number>;
  /** Frees the network or ONNX Runtime's session. */
  dispose(): Promise<void>;
  /** True for a network with random weights, whose scores are meaningless. */
  untrained?: boolean;
}

export interface BenchmarkOptions {
  /** Timed runs of each variant at batch 1. */
  runs?: number;
  /** Number of different sentences in those runs, and in the memory measurement. */
  sentences?: number;
  /** Seed of the bootstrap for the intervals. */
  seed?: number;
  /** Called with the number of runs and tagged sentences of all variants together. */
  onProgress?: (done: number, total: number) => void;
}

/** The cost of a variant of any task. */
export interface Costs {
  name: string;
  /** Of the variant's files, in millions of bytes. */
  megabytes: number;
  gzippedMegabytes: number;
  parameters: number;
  /** Peak resident memory of a dedicated process, in millions of bytes. */
  peakMegabytes: number;
  threads: number;
  /** Milliseconds from a text's token ids to its logits at batch size 1, over warm runs. */
  medianMs: number;
  p95Ms: number;
  timedRuns: number;
}

/** From text to answer, with the variant's own batching. Tokens exclude special tokens and padding. */
export interface Throughput {
  itemsPerSecond: number;
  tokensPerSecond: number;
}

/** How a task uses a variant: the windows of a text, and the answers to items with their number of tokens. */
export interface Method<Variant extends Runnable, Item extends { text: string }, Answer> {
  /** Name of an item, such as `sentence`. */
  item: string;
  windows(variant: Variant, texts: readonly string[]): Promise<{ inputIds: Int32Array }[][]>;
  answer(variant: Variant, items: readonly Item[]): Promise<{ answers: Answer[]; tokens: number }>;
}

/**
 * Timed runs of a variant before the next variant's turn, after as many untimed ones on the same texts: in production, the processor's
 * cache holds the model's own weights, not those of other variants.
 */
const LATENCY_TURN = 10;
/** Items that a variant answers before the next variant's turn. */
const ANSWERING_TURN = 64;

/**
 * Measures size, memory, latency and throughput of variants on the same items, and returns the answers.
 *
 * Latency is measured on a fixed set of texts, evenly spaced from the shortest to the longest, one at a time. The variants alternate,
 * and the first variant rotates, so that other load on the machine affects all equally.
 */
export async function measure<Variant extends Runnable, Item extends { text: string }, Answer>(
  variants: readonly Variant[],
  items: readonly Item[],
  method: Method<Variant, Item, Answer>,
  { runs = 200, sentences: setSize = 100, onProgress = () => {} }: BenchmarkOptions = {},
): Promise<{ costs: Costs; throughput: Throughput; answers: Answer[] }[]> {
  if (variants.length === 0) throw new InputError('there is nothing to compare; give at least one variant');
  if (items.length === 0)
    throw new InputError(`there is nothing to measure on; give at least one ${method.item}`);
  const total = variants.length * (runs + items.length + setSize);
  let done = 0;
  const count = (amount: number) => {
    done += amount;
    onProgress(done, total);
  };
  const fixed = spreadByLength(items, setSize).map(({ text }) => text);
  // Measured first, before processes that serve as variants have done anything else.
  const memory: number[] = [];
  for (const variant of variants) {
    memory.push(await variant.measureMemory(fixed));
    count(setSize);
  }
  const latencies = await measureLatencies(variants, fixed, method, runs, count);
  const answerings = await measureAnswering(variants, items, method, count);
  return variants.map((variant, index) => {
    const { answers, seconds, tokens } = answerings[index];
    const contents = variant.files.map((file) => readFileSync(file));
    return {
      costs: {
        name: variant.name,
        megabytes: megabytesOf(contents),
        gzippedMegabytes: megabytesOf(contents.map((content) => gzipSync(content))),
        parameters: variant.parameters,
        peakMegabytes: memory[index],
        threads: variant.threads,
        medianMs: quantile(latencies[index], 0.5),
        p95Ms: quantile(latencies[index], 0.95),
        timedRuns: latencies[index].length,
      },
      throughput: { itemsPerSecond: items.length / seconds, tokensPerSecond: tokens / seconds },
      answers,
    };
  });
}

function megabytesOf(contents: readonly Buffer[]): number {
  return contents.reduce((sum, { length }) => sum + length, 0) / 1e6;
}

/** Times an action, without messages to other processes. */
export async function timed<Result>(
  variant: Runnable,
  action: () => Promise<Result>,
): Promise<{ result: Result; milliseconds: number }> {
  const messagesBefore = variant.messageMs?.() ?? 0;
  const start = performance.now();
  const result = await action();
  const messages = (variant.messageMs?.() ?? 0) - messagesBefore;
  return { result, milliseconds: performance.now() - start - messages };
}

/** Returns the milliseconds of each timed run // [variants][runs] */
async function measureLatencies<Variant extends Runnable, Item extends { text: string }, Answer>(
  variants: readonly Variant[],
  texts: readonly string[],
  method: Method<Variant, Item, Answer>,
  runs: number,
  count: (amount: number) => void,
): Promise<number[][]> {
  const windows = await Promise.all(variants.map((variant) => method.windows(variant, texts)));
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

interface Answering<Answer> {
  answers: Answer[]; // [items]
  seconds: number;
  tokens: number;
}

async function measureAnswering<Variant extends Runnable, Item extends { text: string }, Answer>(
  variants: readonly Variant[],
  items: readonly Item[],
  method: Method<Variant, Item, Answer>,
  count: (amount: number) => void,
): Promise<Answering<Answer>[]> {
  const results = variants.map((): Answering<Answer> => ({ answers: [], seconds: 0, tokens: 0 }));
  for (let first = 0; first < items.length; first += ANSWERING_TURN) {
    const some = items.slice(first, first + ANSWERING_TURN);
    for (const index of turnsFrom(first / ANSWERING_TURN, variants.length)) {
      const { result, milliseconds } = await timed(variants[index], () =>
        method.answer(variants[index], some),
      );
      results[index].seconds += milliseconds / 1000;
      results[index].answers.push(...result.answers);
      results[index].tokens += result.tokens;
      count(some.length);
    }
  }
  return results;
}

/** Returns 0 to `size - 1`, rotated by one each turn. */
function turnsFrom(turn: number, size: number): number[] {
  return Array.from({ length: size }, (_, step) => (turn + step) % size);
}

/** Selects items at even steps from the shortest to the longest. */
function spreadByLength<Item extends { text: string }>(items: readonly Item[], size: number): Item[] {
  const byLength = [...items].sort((one, other) => one.text.length - other.text.length);
  if (byLength.length <= size) return byLength;
  return Array.from(
    { length: size },
    (_, step) => byLength[Math.round((step * (byLength.length - 1)) / (size - 1))],
  );
}

/** Quantile with linear interpolation, as in NumPy. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}
