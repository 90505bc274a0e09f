import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { byLabel, ENTITY_CLASSES, InputError, printable } from '../foundation';
import { type Annotation, type CollectedArticle, readCollectedArticle } from './article';

/** One row of a table: what is counted, and how many annotations of each class there are. */
export type CountRow = { [column: string]: string | number } & Record<string, number>;

export interface CollectionSummary {
  articles: number;
  /** A sentence for each article that cannot be read; none of its annotations counts. */
  skipped: string[];
  annotations: Record<string, number>;
  /** By provider, section and so on, the largest first; the first column has that name. */
  byProvider: CountRow[];
  bySection: CountRow[];
  /** Column by class: its most frequent mentions, each with its number; empty where a class has fewer. */
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
  const byProvider = new Map<string, CountRow>();
  const bySection = new Map<string, CountRow>();
  const all = countRow('class', 'all');
  const mentions = new Map<string, Map<string, number>>(ENTITY_CLASSES.map((label) => [label, new Map()]));
  const skipped: string[] = [];
  for (const article of readCollection(folder, (sentence) => skipped.push(sentence))) {
    articles++;
    for (const annotation of article.annotations) {
      const label = annotation.type as string;
      const spellings = mentions.get(label);
      if (!spellings) continue;
      const mention = annotation.exact.replace(/\s+/g, ' ');
      spellings.set(mention, (spellings.get(mention) ?? 0) + 1);
      all[label]++;
      rowOf(byProvider, 'provider', annotation.provider)[label]++;
      rowOf(bySection, 'section', sectionName(annotation))[label]++;
    }
  }
  return {
    articles,
    skipped,
    annotations: byLabel(ENTITY_CLASSES, (label) => all[label]),
    byProvider: largestFirst(byProvider),
    bySection: largestFirst(bySection),
    frequentMentions: mostFrequent(mentions, top),
  };
}

/** `Results (http://purl.org/orb/Results)` without the address. */
function sectionName({ section }: Annotation): string {
  return section?.replace(/ \(http.*/, '') || 'not given';
}

function countRow(column: string, name: string): CountRow {
  const zeros = byLabel(ENTITY_CLASSES, () => 0);
  return { [column]: name, ...zeros } as CountRow;
}

function rowOf(rows: Map<string, CountRow>, column: string, name = 'not given'): CountRow {
  const row = rows.get(name) ?? countRow(column, name);
  rows.set(name, row);
  return row;
}

function largestFirst(rows: ReadonlyMap<string, CountRow>): CountRow[] {
  const total = (row: CountRow) => ENTITY_CLASSES.reduce((sum, label) => sum + row[label], 0);
  return [...rows.values()].sort((a, b) => total(b) - total(a));
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
