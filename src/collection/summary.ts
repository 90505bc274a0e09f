import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { byLabel, InputError, printable } from '../foundation';
import { type Annotation, type CollectedArticle, readCollectedArticle } from './article';

/** One row of a table: what is counted, and how many annotations of each type there are. */
export type CountRow = { [column: string]: string | number } & Record<string, number>;

export interface CollectionSummary {
  articles: number;
  /** A sentence for each article that cannot be read; none of its annotations counts. */
  skipped: string[];
  /** By type, of all types that were asked for. */
  annotations: Record<string, number>;
  /** By provider, section and so on, the largest first; the first column has that name. */
  byProvider: CountRow[];
  bySection: CountRow[];
  /** Column by type: its most frequent mentions, each with its number; empty where a type has fewer. */
  frequentMentions: Record<string, string | number>[];
}

/** The files of a collection, sorted by name. @throws InputError if there are none */
export function collectedFiles(folder: string): string[] {
  const articles = join(folder, 'articles');
  // Names with a leading dot are not ours, such as the `._PMC1.json` that macOS puts beside `PMC1.json`.
  const names = existsSync(articles)
    ? readdirSync(articles).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    : [];
  if (names.length === 0)
    throw new InputError(
      `${articles}: no collected articles; make some with "falconframes collect --source sample --out ${basename(folder)}"`,
    );
  return names.sort().map((name) => join(articles, name));
}

/**
 * The articles of a collection one after the other, so that one at a time is in memory. Those that cannot be read are skipped.
 *
 * @param onSkipped called for each of these with a sentence that names the file; by default it goes to standard error
 * @throws InputError where none can be read
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

/** What a collection holds; `top` is the number of most frequent mentions to list. */
export function summarizeCollection(folder: string, top = 10): CollectionSummary {
  let articles = 0;
  const byProvider: Counts = new Map();
  const bySection: Counts = new Map();
  /** How often each type has each mention. */
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
      count(bySection, sectionName(annotation), type);
    }
  }
  const types = [...mentions.keys()];
  return {
    articles,
    skipped,
    annotations: byLabel(types, (type) => sum(mentions.get(type)!)),
    byProvider: rowsOf('provider', byProvider, types),
    bySection: rowsOf('section', bySection, types),
    frequentMentions: mostFrequent(mentions, top),
  };
}

/** `Results (http://purl.org/orb/Results)` without the address. */
function sectionName({ section }: Annotation): string {
  return section?.replace(/ \(http.*/, '') || 'not given';
}

/** What is counted, and how often it has each of its parts. */
type Counts = Map<string, Map<string, number>>;

function count(counts: Counts, name: string, part: string): void {
  const own = counts.get(name) ?? new Map<string, number>();
  counts.set(name, own);
  own.set(part, (own.get(part) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, number) => total + number, 0);
}

/** The largest first. */
function rowsOf(column: string, counts: Counts, types: readonly string[]): CountRow[] {
  return [...counts]
    .sort(([, one], [, other]) => sum(other) - sum(one))
    .map(([name, own]) => ({ [column]: name, ...byLabel(types, (type) => own.get(type) ?? 0) }) as CountRow);
}

function mostFrequent(
  mentions: ReadonlyMap<string, Map<string, number>>,
  top: number,
): Record<string, string | number>[] {
  const ranked = [...mentions].map(([label, counts]) => ({
    label,
    spellings: [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
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
