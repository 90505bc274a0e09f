import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TextAnswer } from '../evaluation';
import { InputError, type LabelledText, startProcess } from '../foundation';
import { WEIGHTS } from '../nn';
import { encodeWholeTexts, isRight, rankLabels, type ScoredLabel } from '../tasks';
import type { TextVariant } from './benchmark-texts';
import { quantile, timed } from './measure';

/** Milliseconds of repeated calls with one text, from text to label: tokens, network, probabilities. */
export interface Latency {
  meanMs: number;
  /** Standard deviation of the calls as a population: divided by their number. */
  deviationMs: number;
  medianMs: number;
  p95Ms: number;
  runs: number;
}

/** One file of a model folder, and how it is run. */
export interface StageModel {
  folder: string;
  /** `model.safetensors`, which runs on TensorFlow, or a graph in `onnx`. */
  file: string;
  threads: number;
}

/** What one stage of a compression costs, and what it answers. */
export interface StageRecord {
  stage: string;
  /** What runs it. */
  runtime: string;
  /** Of the files of its weights, in units of 2^20 bytes. */
  mebibytes: number;
  threads: number;
  /** Of the query. */
  latency: Latency;
  /** Peak resident memory of its process, in millions of bytes. */
  peakMegabytes: number;
  /** Share of texts with the right label. */
  accuracy: number;
  /** With the probability of the given label alone // [texts] */
  answers: TextAnswer[];
}

export interface StageOptions {
  /** The text of the timed calls. */
  query: string;
  /** Untimed calls before the timed ones. Default: 10. */
  warmups?: number;
  /** Timed calls. Default: 100. */
  runs?: number;
}

/** Returns the most probable label of one text with its probability. */
export async function labelOf(
  { tokenizer, score, configuration }: Pick<TextVariant, 'tokenizer' | 'score' | 'configuration'>,
  text: string,
): Promise<ScoredLabel> {
  const { windows } = await encodeWholeTexts([text], tokenizer, configuration.maximumLength);
  const [logits] = await score(windows);
  return rankLabels(logits, configuration)[0];
}

/**
 * Times calls with one text, batch of 1, after some untimed ones. No call is left out.
 *
 * @throws InputError for an empty text or no runs
 */
export async function timeCalls(
  variant: TextVariant,
  { query, warmups = 10, runs = 100 }: Pick<StageOptions, 'query' | 'warmups' | 'runs'>,
): Promise<Latency> {
  if (query.trim() === '') throw new InputError('the query to time is empty; give one with words');
  if (!(Number.isInteger(runs) && runs > 0))
    throw new InputError(`${runs} timed runs cannot be made; give a whole number of at least 1`);
  for (let call = 0; call < warmups; call++) await labelOf(variant, query);
  const calls: number[] = [];
  for (let call = 0; call < runs; call++)
    calls.push((await timed(variant, () => labelOf(variant, query))).milliseconds);
  return summarizeCalls(calls);
}

/** Calls of a variant before the next variant's turn. */
const TURN = 10;

/**
 * Times calls of several variants with several queries in turns of ten, after as many untimed ones, so that other load on the machine affects all
 * alike // [variants][queries]
 */
export async function timeInTurns(
  variants: readonly TextVariant[],
  queries: readonly string[],
  { runs }: { runs: number },
): Promise<Latency[][]> {
  const calls = variants.map(() => queries.map((): number[] => []));
  for (let done = 0; done < runs; done += TURN)
    for (const [index, query] of queries.entries())
      for (const [place, variant] of variants.entries()) {
        for (let call = 0; call < TURN; call++) await labelOf(variant, query);
        for (let call = done; call < Math.min(done + TURN, runs); call++)
          calls[place][index].push((await timed(variant, () => labelOf(variant, query))).milliseconds);
      }
  return calls.map((own) => own.map(summarizeCalls));
}

/** @param calls milliseconds of each */
export function summarizeCalls(calls: readonly number[]): Latency {
  const meanMs = calls.reduce((sum, own) => sum + own, 0) / calls.length;
  return {
    meanMs,
    deviationMs: Math.sqrt(calls.reduce((sum, own) => sum + (own - meanMs) ** 2, 0) / calls.length),
    medianMs: quantile(calls, 0.5),
    p95Ms: quantile(calls, 0.95),
    runs: calls.length,
  };
}

/**
 * Measures one stage of a compression in a process of its own: the size of its weights, the latency of one query, its peak memory, and its
 * answers to all texts, one at a time. Stages measured one after another are exposed to the load of the machine at their time;
 * `benchmarkTexts` compares variants in turns.
 *
 * @throws InputError for a folder or file that cannot be run, without texts, or for an empty query
 */
export async function benchmarkStage(
  stage: string,
  { folder, file, threads }: StageModel,
  texts: readonly LabelledText[],
  options: StageOptions,
): Promise<StageRecord> {
  const child = startProcess<object, Omit<StageRecord, 'stage' | 'runtime'>>(
    join(__dirname, 'stage-process.js'),
    {
      arguments: [folder, file, String(threads)],
    },
  );
  try {
    const runtime = file === WEIGHTS ? 'TensorFlow' : 'ONNX Runtime';
    return { stage, runtime, ...(await child.ask({ ...options, texts })) };
  } finally {
    await child.end();
  }
}

/** The same in this process. */
export async function measureStage(
  variant: TextVariant,
  texts: readonly LabelledText[],
  options: StageOptions,
): Promise<Omit<StageRecord, 'stage' | 'runtime' | 'peakMegabytes'>> {
  if (texts.length === 0) throw new InputError('there is nothing to measure on; give at least one text');
  const { files, threads } = variant;
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const latency = await timeCalls(variant, options);
  const answers: TextAnswer[] = [];
  for (const { text, labels } of texts) {
    const answer = await labelOf(variant, text);
    answers.push({ gold: labels, given: [answer.label], ranked: [answer] });
  }
  const accuracy = answers.filter(isRight).length / answers.length;
  return { mebibytes: bytes / 2 ** 20, threads, latency, accuracy, answers };
}
