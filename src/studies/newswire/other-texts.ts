import { basename, join } from 'node:path';
import { loadNerSet, type NerSet, type NerSetEntry } from '../../corpora';
import { projectRoot, type Sentence, type Span } from '../../foundation';
import type { Row } from '../../visualization';
import {
  type Difference,
  differenceText,
  drawnUnits,
  independentDifference,
  type MentionScore,
  overall,
  scoreMentions,
  setRows,
  withoutMasked,
} from './scores';
import type { FindMentions } from './taggers';

/** The scores of a tagger on one test set. */
export interface SetScores {
  name: string;
  genre: string;
  language: string;
  scores: MentionScore[];
  /** Entities that are neither right nor wrong. */
  masked: number;
  /** F1 minus that on the tagger's own test part on the same labels; null if nothing is compared. */
  change: Difference | null;
  /** What the intervals are over. */
  unit: string;
}

/** The sentences of other genres, or of one language, that were written for the project; all four types are tagged in them. */
export const writtenSet = (name: string, language: string): NerSetEntry => ({
  ...{ name, genre: 'written for the project', language },
  file: join(projectRoot, 'data', 'sample', 'newswire', `${name}.txt`),
  types: { PER: 'PER', ORG: 'ORG', LOC: 'LOC', MISC: 'MISC' },
});

export interface SetProbe {
  find: FindMentions;
  labels: readonly string[];
  seed: number;
  /** The tagger's own test part, and what it finds there. */
  home: { sentences: readonly Sentence[]; found: readonly (readonly Span[])[] };
  /** Chooses the sentences of a large set. */
  some?: <T>(items: readonly T[]) => T[];
  /** Called with what was left out, and why. */
  onNotice: (notice: string) => void;
}

/** Scores a tagger on each of the sets that is at hand and has a label of the tagger's. */
export async function scoreSets(
  entries: readonly NerSetEntry[],
  { find, labels, seed, home, some = (items) => [...items], onNotice }: SetProbe,
): Promise<SetScores[]> {
  const results: SetScores[] = [];
  for (const entry of entries) {
    const set = usableSet(entry, labels, onNotice);
    if (!set) continue;
    const chosen = some([...set.sentences.keys()]);
    const sentences = chosen.map((index) => set.sentences[index]);
    const masked = chosen.map((index) => set.masked[index]);
    const scores = scoreMentions(
      sentences,
      withoutMasked(await find(sentences, entry.name), masked),
      labels,
      seed,
    );
    const own = labels.filter((label) => sentences[0].annotated.includes(label));
    const atHome = home.sentences.map((sentence) => ({ ...sentence, annotated: own }));
    const reference = overall(scoreMentions(atHome, home.found, own, seed));
    const { name, genre, language } = entry;
    results.push({
      ...{ name, genre, language, scores },
      masked: masked.flat().length,
      change: independentDifference(overall(scores), reference),
      unit: drawnUnits(sentences),
    });
  }
  return results;
}

function usableSet(
  entry: NerSetEntry,
  labels: readonly string[],
  onNotice: (notice: string) => void,
): NerSet | undefined {
  const set = loadNerSet(entry);
  if (!set) {
    onNotice(`${entry.name}: not at hand`);
    return undefined;
  }
  const annotated = set.sentences[0]?.annotated ?? [];
  if (!annotated.some((label) => labels.includes(label))) {
    onNotice(`${entry.name}: its labels (${annotated.join(', ')}) are none of this tagger's`);
    return undefined;
  }
  // From the name of the file on: folders differ from machine to machine.
  const placeless = set.skipped.map((one) => one.slice(Math.max(0, one.indexOf(basename(entry.file)))));
  if (placeless.length > 0) onNotice(`${entry.name}: ${placeless.join('; ')}`);
  return set;
}

/** One row per set. */
export const setScoreRows = (results: readonly SetScores[], labels: readonly string[]): Row[] =>
  setRows(Object.fromEntries(results.map(({ name, scores }) => [name, scores])), labels).map(
    (row, index) => ({
      ...row,
      genre: results[index].genre,
      masked: results[index].masked,
      'against the test set, same labels (points), 95% interval': differenceText(results[index].change),
      'interval over': results[index].unit,
    }),
  );
