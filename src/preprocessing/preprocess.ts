import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Annotation, collectedFiles, readCollectedArticle } from '../collection';
import {
  type EntityClass,
  type Progress,
  type Sentence,
  silentProgress,
  writeFileAtomically,
  writeSentences,
} from '../foundation';
import { anchorAnnotations, type UnanchoredReason } from './anchoring';
import { jatsToParagraphs } from './jats';
import { findLeaks, type Leak, removeLeaks } from './leaks';
import { balanceClasses, sampleNegatives } from './sampling';
import { type OverlapCounts, paragraphsToSentences } from './sentences';
import { type ClassCounts, countMentions, PARTS, type Part, splitArticles } from './splitting';

export interface PreprocessingOptions {
  /** Decides the split, and which sentences go; default 1. */
  seed?: number;
  /** Sentences without mentions kept in train for each one with; default 1. Dev and test keep all, as real text has them. */
  negatives?: number;
  /** No class of train has more than this many times the mentions of the rarest; default: no limit. */
  balance?: number;
  progress?: Progress;
}

/** One line of `unanchored.jsonl`. */
export interface UnanchoredAnnotation {
  article: string;
  reason: UnanchoredReason;
  annotation: Annotation;
}

export interface PartReport {
  articles: number;
  sentences: number;
  /** Sentences with at least one mention. */
  withMentions: number;
  mentions: ClassCounts;
}

/** Also written as `manifest.json`. */
export interface PreprocessingReport {
  seed: number;
  negatives: number;
  balance: number | null;
  annotated: EntityClass[];
  articles: number;
  paragraphs: number;
  sentences: number;
  annotations: {
    collected: number;
    /** placed + unplaced = collected. */
    placed: number;
    unplaced: number;
    reasons: Partial<Record<UnanchoredReason, number>>;
    /** Placed, but on the characters of another of their class. */
    overlaps: OverlapCounts;
    /** Mentions in the sentences: placed less overlaps. */
    mentions: ClassCounts;
  };
  leaks: {
    /** Different sentences that stood in more than one part. */
    sentences: number;
    /** Sentences taken out of train and dev for it. */
    removed: number;
    /** The ten most frequent. */
    examples: Leak[];
  };
  parts: Record<Part, PartReport>;
  /** The part of each article. */
  split: Record<string, Part>;
}

/**
 * A collection to training data: reads `articles/*.json` of `inFolder`, writes `train.jsonl`, `dev.jsonl`, `test.jsonl`,
 * `unanchored.jsonl` and `manifest.json` to `outFolder`. The same collection and options give the same bytes.
 *
 * Order: JATS to paragraphs, annotations anchored, paragraphs to sentences; articles dealt 70/15/15; sentences that stand
 * in two parts removed; then train alone balanced and thinned of sentences without mentions.
 */
export async function preprocessCollection(
  inFolder: string,
  outFolder: string,
  { seed = 1, negatives = 1, balance, progress = silentProgress }: PreprocessingOptions = {},
): Promise<PreprocessingReport> {
  const files = collectedFiles(inFolder);
  const sentencesOf = new Map<string, Sentence[]>();
  const unanchored: UnanchoredAnnotation[] = [];
  const annotated = new Set<EntityClass>();
  const overlaps: OverlapCounts = { repeated: 0, nested: 0, crossing: 0 };
  let paragraphCount = 0;
  let placedCount = 0;
  for (const [done, file] of files.entries()) {
    const article = readCollectedArticle(file);
    progress.update(done, files.length, article.pmcid);
    await setImmediate(); // a notebook draws and takes interrupts between articles
    for (const type of article.types) annotated.add(type);
    const paragraphs = jatsToParagraphs(article.fullText, file);
    const { placed, unplaced } = anchorAnnotations(paragraphs, article.annotations);
    const result = paragraphsToSentences(article.pmcid, paragraphs, placed, article.types);
    for (const kind of ['repeated', 'nested', 'crossing'] as const) overlaps[kind] += result.overlaps[kind];
    for (const { annotation, reason } of unplaced)
      unanchored.push({ article: article.pmcid, reason, annotation });
    sentencesOf.set(article.pmcid, result.sentences);
    paragraphCount += paragraphs.length;
    placedCount += placed.length;
  }
  progress.update(files.length, files.length);
  progress.end();

  const counts = new Map([...sentencesOf].map(([article, sentences]) => [article, countMentions(sentences)]));
  const partOf = splitArticles(counts, seed);
  const dealt = deal(sentencesOf, partOf);
  const leaks = findLeaks(dealt);
  const parts = removeLeaks(dealt);
  const removed = size(dealt) - size(parts);
  if (balance !== undefined) parts.train = balanceClasses(parts.train, balance, seed);
  parts.train = sampleNegatives(parts.train, negatives, seed);

  const all = [...sentencesOf.values()].flat();
  const report: PreprocessingReport = {
    seed,
    negatives,
    balance: balance ?? null,
    annotated: [...annotated],
    articles: files.length,
    paragraphs: paragraphCount,
    sentences: all.length,
    annotations: {
      collected: placedCount + unanchored.length,
      placed: placedCount,
      unplaced: unanchored.length,
      reasons: countReasons(unanchored),
      overlaps,
      mentions: countMentions(all),
    },
    leaks: { sentences: leaks.length, removed, examples: leaks.slice(0, 10) },
    parts: Object.fromEntries(
      PARTS.map((part) => [part, describe(parts[part])]),
    ) as PreprocessingReport['parts'],
    split: Object.fromEntries([...partOf].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  for (const part of PARTS) writeSentences(join(outFolder, `${part}.jsonl`), parts[part]);
  const lines = unanchored.map((line) => `${JSON.stringify(line)}\n`);
  writeFileAtomically(join(outFolder, 'unanchored.jsonl'), lines.join(''));
  writeFileAtomically(join(outFolder, 'manifest.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

function deal(
  sentencesOf: ReadonlyMap<string, Sentence[]>,
  partOf: ReadonlyMap<string, Part>,
): Record<Part, Sentence[]> {
  const parts: Record<Part, Sentence[]> = { train: [], dev: [], test: [] };
  for (const [article, sentences] of sentencesOf) parts[partOf.get(article) as Part].push(...sentences);
  return parts;
}

function size(parts: Record<Part, Sentence[]>): number {
  return PARTS.reduce((total, part) => total + parts[part].length, 0);
}

function countReasons(
  unanchored: readonly UnanchoredAnnotation[],
): Partial<Record<UnanchoredReason, number>> {
  const reasons: Partial<Record<UnanchoredReason, number>> = {};
  for (const { reason } of unanchored) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

function describe(sentences: readonly Sentence[]): PartReport {
  return {
    articles: new Set(sentences.map(({ article }) => article)).size,
    sentences: sentences.length,
    withMentions: sentences.filter(({ spans }) => spans.length > 0).length,
    mentions: countMentions(sentences),
  };
}
