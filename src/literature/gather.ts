import { existsSync } from 'node:fs';
import { createRandom, InputError, readSentences, type Sentence } from '../foundation';
import { isReplayed, readReplay } from './replay';
import type { Run } from './run';

/** Names the test sentences of articles that are of no corpus. */
const COLLECTED = 'collected';

/** The training, dev and test sentences of a run, as notebook 2 wrote them. */
export interface RunSentences {
  train: Sentence[];
  dev: Sentence[];
  /** By corpus. */
  test: Record<string, Sentence[]>;
}

/** @throws InputError if notebook 2 has not written them */
export function readRunSentences(run: Run): RunSentences {
  return { train: read(run.files.train), dev: read(run.files.dev), test: readTestSentences(run) };
}

/** The test sentences of a run, by corpus; under one name if the articles are of none. @throws InputError as `readRunSentences` */
export function readTestSentences({ files }: Run): Record<string, Sentence[]> {
  const sentences = read(files.test);
  if (!isReplayed(files.collection)) return { [COLLECTED]: sentences };
  const { articles } = readReplay(files.replay);
  const byCorpus: Record<string, Sentence[]> = {};
  for (const sentence of sentences) {
    const { corpus } = articles[sentence.article];
    byCorpus[corpus] ??= [];
    byCorpus[corpus].push(sentence);
  }
  return byCorpus;
}

function read(path: string): Sentence[] {
  if (!existsSync(path))
    throw new InputError(`${path} is missing; run notebooks 1 and 2 first, which create it`);
  return readSentences(path);
}

/** Selects test sentences for the benchmark, the same number from each corpus if possible. */
export function benchmarkSentences(run: Run): Sentence[] {
  const tests = Object.values(readTestSentences(run));
  const each = Math.ceil(run.profile.benchmarkSentences / tests.length);
  return tests.flatMap((sentences) => take(sentences, each, run.seed));
}

/** At most `count` of the sentences, sampled with the seed, in the given order. */
function take(sentences: readonly Sentence[], count: number, seed: number): Sentence[] {
  if (sentences.length <= count) return [...sentences];
  const chosen = new Set(createRandom(seed).shuffle(sentences).slice(0, count));
  return sentences.filter((sentence) => chosen.has(sentence));
}
