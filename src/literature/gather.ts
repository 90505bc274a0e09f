import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CORPORA, CORPUS_NAMES, loadCorpus } from '../corpora';
import {
  createRandom,
  InputError,
  type Progress,
  readSentences,
  type Sentence,
  silentProgress,
  writeSentences,
} from '../foundation';
import { sampleNegatives } from '../preprocessing';
import { varyMentions } from '../tasks';
import type { CorpusShare } from './profiles';
import type { Run } from './run';
import { LITERATURE_VIEW } from './views';

/** The articles collected by notebook 1, as the name of a corpus. */
const COLLECTED = 'collected';
const TEST_NAMES: readonly string[] = [...CORPUS_NAMES, COLLECTED];

/** The training, dev and test sentences of a run. */
export interface GatheredSentences {
  /** Description: which corpora, or why the sample is used. */
  origin: string;
  train: Sentence[];
  dev: Sentence[];
  /** By corpus. */
  test: Record<string, Sentence[]>;
}

/**
 * Gathers the sentences of a run and writes them to its folder: the gold corpora if the run asks for them and they are available,
 * otherwise the sentences that notebook 2 made from the collected articles.
 */
export async function gatherSentences(
  run: Run,
  progress: Progress = silentProgress,
): Promise<GatheredSentences> {
  const gathered = await choose(run, progress);
  // Remove only the files of an earlier run.
  for (const name of TEST_NAMES) rmSync(join(run.files.test, `${name}.jsonl`), { force: true });
  writeSentences(run.files.train, gathered.train);
  writeSentences(run.files.dev, gathered.dev);
  for (const [name, sentences] of Object.entries(gathered.test)) {
    writeSentences(join(run.files.test, `${name}.jsonl`), sentences);
  }
  return gathered;
}

/** Reads the test sentences written by `gatherSentences`, by corpus. */
export function readTestSentences(run: Run): Record<string, Sentence[]> {
  if (!existsSync(run.files.test)) {
    throw new InputError(`${run.files.test} is missing; run notebook 3 first, which selects the sentences`);
  }
  const names = TEST_NAMES.filter((name) => existsSync(join(run.files.test, `${name}.jsonl`))).sort();
  return Object.fromEntries(
    names.map((name) => [name, readSentences(join(run.files.test, `${name}.jsonl`))]),
  );
}

/** Selects test sentences for the benchmark, the same number from each corpus if possible. */
export function benchmarkSentences(run: Run): Sentence[] {
  const tests = Object.values(readTestSentences(run));
  const each = Math.ceil(run.profile.benchmarkSentences / tests.length);
  return tests.flatMap((sentences) => take(sentences, each, run.seed));
}

async function choose(run: Run, progress: Progress): Promise<GatheredSentences> {
  const wantsGold = run.data === 'gold' || (run.data === 'auto' && run.profile.gold.length > 0);
  if (!wantsGold)
    return fromCollection(
      run,
      `the collected articles (${run.data === 'europepmc' ? 'Europe PMC' : 'sample'})`,
    );
  if (run.profile.gold.length === 0) {
    throw new InputError(
      `the profile "${run.profileName}" has no gold corpora; choose "quick" or "full", or other data`,
    );
  }
  try {
    return await fromCorpora(run, progress);
  } catch (error) {
    if (run.data === 'gold' || !(error instanceof InputError)) throw error;
    return fromCollection(run, `the sample, since the gold corpora are not available: ${error.message}`);
  }
}

async function fromCorpora({ profile, seed }: Run, progress: Progress): Promise<GatheredSentences> {
  const gathered: GatheredSentences = { origin: '', train: [], dev: [], test: {} };
  const names: string[] = [];
  for (const [index, share] of profile.gold.entries()) {
    progress.update(index, profile.gold.length, CORPORA[share.corpus].title);
    const load = async (part: 'train' | 'dev' | 'test') =>
      (await loadCorpus(share.corpus, part, LITERATURE_VIEW)).sentences;
    gathered.train = gathered.train.concat(chooseTraining(await load('train'), share, seed));
    gathered.dev = gathered.dev.concat(take(await load('dev'), share.devSentences, seed));
    gathered.test[share.corpus] = take(await load('test'), share.testSentences, seed);
    names.push(share.corpus);
    // Reading a corpus takes a second: yield to the display.
    await new Promise(setImmediate);
  }
  progress.update(profile.gold.length, profile.gold.length);
  progress.end();
  const rewritten = ['Gene Mutations'];
  const varied = varyMentions(
    gathered.train,
    { variations: profile.variations, rewritten, spelledOut: 0 },
    seed,
  );
  return {
    ...gathered,
    train: gathered.train.concat(varied),
    origin: `the gold corpora ${names.join(', ')}`,
  };
}

function chooseTraining(sentences: readonly Sentence[], share: CorpusShare, seed: number): Sentence[] {
  return take(sampleNegatives(sentences, share.negatives, seed), share.trainSentences, seed);
}

/** At most `count` of the sentences, sampled with the seed, in the given order. */
function take(sentences: readonly Sentence[], count: number, seed: number): Sentence[] {
  if (sentences.length <= count) return [...sentences];
  const chosen = new Set(createRandom(seed).shuffle(sentences).slice(0, count));
  return sentences.filter((sentence) => chosen.has(sentence));
}

function fromCollection(run: Run, origin: string): GatheredSentences {
  const read = (part: string) => {
    const path = join(run.files.sentences, `${part}.jsonl`);
    if (!existsSync(path))
      throw new InputError(`${path} is missing; run notebooks 1 and 2 first, which create it`);
    return readSentences(path);
  };
  mkdirSync(run.files.test, { recursive: true });
  return { origin, train: read('train'), dev: read('dev'), test: { [COLLECTED]: read('test') } };
}
