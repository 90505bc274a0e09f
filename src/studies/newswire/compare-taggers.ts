import { type BenchmarkRow, benchmark, openVariant } from '../../benchmark';
import type { Sentence, Span } from '../../foundation';
import type { Row } from '../../visualization';
import { type MentionScore, overall, scoreMentions, setRows } from './scores';
import { predictMentions } from './taggers';

/** A tagger to compare: the folder of its model, and its graph or weights there. */
export interface TaggerForm {
  name: string;
  folder: string;
  file: string;
}

export interface ComparedTagger {
  name: string;
  /** Of each sentence // [sentences] */
  found: Span[][];
  scores: MentionScore[];
  cost: BenchmarkRow;
}

/** Scores taggers on the same sentences, and measures their costs in turns, on one thread. @param runs timed sentences per tagger */
export async function compareTaggers(
  taggers: readonly TaggerForm[],
  gold: readonly Sentence[],
  { labels, runs, seed }: { labels: readonly string[]; runs: number; seed: number },
): Promise<ComparedTagger[]> {
  const variants: Awaited<ReturnType<typeof openVariant>>[] = [];
  try {
    for (const { name, folder, file } of taggers)
      variants.push({ ...(await openVariant(folder, file, 1)), name });
    const costs = await benchmark(variants, gold, { runs, seed });
    const compared: ComparedTagger[] = [];
    for (const [index, variant] of variants.entries()) {
      const found = await predictMentions(variant, gold);
      const scores = scoreMentions(gold, found, labels, seed);
      compared.push({ name: variant.name, found, scores, cost: costs[index] });
    }
    return compared;
  } finally {
    for (const variant of variants) await variant.dispose();
  }
}

/** One row per tagger: scores and costs. */
export const comparedRows = (compared: readonly ComparedTagger[], labels: readonly string[]): Row[] =>
  setRows(Object.fromEntries(compared.map(({ name, scores }) => [name, scores])), labels).map(
    (row, index) => {
      const { megabytes, medianMs, sentencesPerSecond } = compared[index].cost;
      return {
        ...row,
        'size (MB)': megabytes,
        'median latency of the network (ms)': medianMs,
        'sentences/s, text to tags': sentencesPerSecond,
      };
    },
  );

/** A row of the closing table, in which units of scoring differ. @param megabytes null, like `medianMs`, if it is not known */
export const closingRow = (
  tagger: string,
  unit: 'words' | 'sub-words',
  f1: number,
  { megabytes, medianMs }: { megabytes: number | null; medianMs: number | null },
): Row => ({
  tagger,
  unit,
  'F1 (%)': (100 * f1).toFixed(1),
  'size (MB)': megabytes,
  'median latency of the network (ms)': medianMs,
});

/** The closing rows of compared taggers, which are scored on words. */
export const closingRows = (compared: readonly ComparedTagger[]): Row[] =>
  compared.map(({ name, scores, cost }) => closingRow(name, 'words', overall(scores).f1 ?? 0, cost));
