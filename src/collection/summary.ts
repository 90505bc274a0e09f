import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { byLabel, InputError, printable } from '../foundation';
import { type Annotation, type CollectedArticle, readCollectedArticle } from './article';

/** One row of a table: the counted category, and the number of annotations of each type. */
export type CountRow = Record<string, string | number | null>;

export interface CollectionSummary {
  articles: number;
  /** A sentence for each unreadable article, whose annotations are not counted. */
  skipped: string[];
  /** By type, for all requested types. */
  annotations: Record<string, number>;
  /** By provider, the largest first; the first column has that name. */
  byProvider: CountRow[];
  /**
   * By section, the largest first; names that differ by case are one. Null for a type that nobody looked for in any of the articles
   * with annotations in the section.
   */
  bySection: CountRow[];
  /** Column by type: its most frequent mentions, each with its count; empty if a type has fewer. */
  frequentMentions: Record<string, string | number>[];
  /** By type, the share of its annotations that these mentions have; 0 without annotations. */
  frequentShare: Record<string, number>;
}

/** Lists the files of a collection, sorted by name. @throws InputError if there are none */
export function collectedFiles(folder: string): string[] {
  const articles = join(folder, 'articles');
  // Names with a leading dot are not ours, such as `._PMC1.json`, which macOS adds to `PMC1.json`.
  const names = existsSync(articles)
    ? readdirSync(articles).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    : [];
  if (names.length === 0)
    throw new InputError(
      `${articles}: no collected articles; collect some with "falconframes collect --source sample --out ${basename(folder)}"`,
    );
  return names.sort().map((name) => join(articles, name));
}

/**
 * Yields the articles of a collection, one in memory at a time. Skips unreadable ones.
 *
 * @param onSkipped called for each of these with a sentence that names the file; default: prints it to standard error
 * @throws InputError if none can be read
 */
export function* readCollection(
  folder: string,
  onSkipped: (sentence: string) => void = (sentence) => console.warn(printable(sentence)),
): Generator<CollectedArticle> {
  const files = collectedFiles(folder);
  const skipped: string[] = [];
  for (const file of files) {
    let article: CollectedArticle;
    try {
      article = readCollectedArticle(file);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      skipped.push(error.message);
      onSkipped(error.message);
      continue;
    }
    yield article;
  }
  if (skipped.length === files.length)
    throw new InputError(`${folder}: none of ${files.length} articles can be read; the first: ${skipped[0]}`);
}

export interface SummaryOptions {
  /** Number of most frequent mentions to list; default 10. */
  top?: number;
  /** The types that the source of an article looked for, by article; the others are unknown in it. Default: all requested types. */
  annotated?: Readonly<Record<string, readonly string[]>>;
}

/** Counts the annotations of a collection by type, provider and section, and lists the most frequent mentions. */
export function summarizeCollection(
  folder: string,
  { top = 10, annotated = {} }: SummaryOptions = {},
): CollectionSummary {
  let articles = 0;
  const byProvider: Counts = new Map();
  const bySection: Counts = new Map();
  /** By section in lower case, the types that were looked for. */
  const lookedFor = new Map<string, Set<string>>();
  /** By section in lower case, the number of annotations of each spelling. */
  const spellings: Counts = new Map();
  /** Frequency of each mention by type. */
  const mentions: Counts = new Map();
  const skipped: string[] = [];
  for (const article of readCollection(folder, (sentence) => skipped.push(sentence))) {
    articles++;
    for (const type of article.types) if (!mentions.has(type)) mentions.set(type, new Map());
    for (const annotation of article.annotations) {
      const { type, exact, provider = 'not given' } = annotation;
      if (!article.types.includes(type)) continue;
      count(mentions, type, exact.replace(/\s+/g, ' '));
      count(byProvider, provider, type);
      const section = sectionName(annotation);
      const key = section.toLowerCase();
      count(bySection, key, type);
      count(spellings, key, section);
      const known = lookedFor.get(key) ?? new Set<string>();
      lookedFor.set(key, known);
      for (const own of annotated[article.pmcid] ?? article.types) known.add(own);
    }
  }
  const types = [...mentions.keys()];
  return {
    articles,
    skipped,
    annotations: byLabel(types, (type) => sum(mentions.get(type)!.values())),
    byProvider: rowsOf('provider', byProvider, types),
    bySection: rowsOf('section', bySection, types).map(({ section: key, ...counts }) => {
      const section = String(key);
      const known = byLabel(types, (type) => (lookedFor.get(section)!.has(type) ? counts[type] : null));
      return { section: byFrequency(spellings.get(section)!)[0][0], ...known };
    }),
    frequentMentions: mostFrequent(mentions, top),
    frequentShare: byLabel(types, (type) => {
      const counts = byFrequency(mentions.get(type)!).map(([, number]) => number);
      return sum(counts.slice(0, top)) / (sum(counts) || 1);
    }),
  };
}

/** `Results (http://purl.org/orb/Results)` without the address. */
function sectionName({ section }: Annotation): string {
  return section?.replace(/ \(http.*/, '') || 'not given';
}

/** Counts by category and type. */
type Counts = Map<string, Map<string, number>>;

function count(counts: Counts, name: string, part: string): void {
  const own = counts.get(name) ?? new Map<string, number>();
  counts.set(name, own);
  own.set(part, (own.get(part) ?? 0) + 1);
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, number) => total + number, 0);
}

/** The largest first. */
function rowsOf(column: string, counts: Counts, types: readonly string[]): CountRow[] {
  return [...counts]
    .sort(([, one], [, other]) => sum(other.values()) - sum(one.values()))
    .map(([name, own]) => ({ [column]: name, ...byLabel(types, (type) => own.get(type) ?? 0) }));
}

/** The most frequent first, equally frequent ones in the order of the alphabet. */
function byFrequency(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function mostFrequent(
  mentions: ReadonlyMap<string, Map<string, number>>,
  top: number,
): Record<string, string | number>[] {
  const ranked = [...mentions].map(([label, counts]) => ({
    label,
    spellings: byFrequency(counts),
  }));
  const rows = Math.min(top, Math.max(...ranked.map(({ spellings }) => spellings.length)));
  return Array.from({ length: rows }, (_, index) => ({
    rank: index + 1,
    ...Object.fromEntries(
      ranked.map(({ label, spellings }) => [
        label,
        spellings[index] ? `${spellings[index][0]} (${spellings[index][1]})` : '',
      ]),
    ),
  }));
}
