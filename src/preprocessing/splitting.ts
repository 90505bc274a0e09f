import { createRandom, ENTITY_CLASSES, type EntityClass, type Sentence } from '../foundation';

export const PARTS = ['train', 'dev', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** Share of the articles, and as nearly as may be of each class's mentions, that goes to a part. */
export const SHARES: Record<Part, number> = { train: 0.7, dev: 0.15, test: 0.15 };

export type ClassCounts = Record<EntityClass, number>;

export function countMentions(sentences: Iterable<Sentence>): ClassCounts {
  const counts = Object.fromEntries(ENTITY_CLASSES.map((label) => [label, 0])) as ClassCounts;
  for (const { spans } of sentences) for (const { label } of spans) counts[label]++;
  return counts;
}

/**
 * Gives each article to a part, whole, such that the parts get their shares of the mentions of each class.
 *
 * Iterative stratification (K. Sechidis, G. Tsoumakas, I. Vlahavas: On the stratification of multi-label data, ECML PKDD
 * 2011) with mentions counted instead of labels present: the class with the fewest mentions left is dealt first, its
 * richest articles before the others, each to the part that lacks most of it. Articles without mentions fill up the
 * parts by number. With three articles or more no part stays empty. The seed decides ties.
 */
export function splitArticles(articles: ReadonlyMap<string, ClassCounts>, seed: number): Map<string, Part> {
  const shuffled = createRandom(seed).shuffle([...articles.keys()].sort());
  const partOf = new Map<string, Part>();
  const total = Object.fromEntries(
    ENTITY_CLASSES.map((label) => [label, sum(shuffled.map((article) => articles.get(article)![label]))]),
  ) as ClassCounts;
  const lacking = Object.fromEntries(
    PARTS.map((part) => [
      part,
      {
        articles: SHARES[part] * shuffled.length,
        ...Object.fromEntries(ENTITY_CLASSES.map((label) => [label, SHARES[part] * total[label]])),
      },
    ]),
  ) as Record<Part, ClassCounts & { articles: number }>;

  const give = (article: string, part: Part) => {
    partOf.set(article, part);
    lacking[part].articles--;
    for (const label of ENTITY_CLASSES) lacking[part][label] -= articles.get(article)![label];
  };
  const waiting = () => shuffled.filter((article) => !partOf.has(article));
  const neediest = (want: (part: Part) => number) =>
    PARTS.reduce((best, part) => (want(part) > want(best) ? part : best));

  for (;;) {
    const left = waiting();
    const scarce = ENTITY_CLASSES.map((label) => ({
      label,
      mentions: sum(left.map((article) => articles.get(article)![label])),
    }))
      .filter(({ mentions }) => mentions > 0)
      .sort((a, b) => a.mentions - b.mentions)[0];
    if (!scarce) break;
    const { label } = scarce;
    const richest = left.reduce((best, article) =>
      articles.get(article)![label] > articles.get(best)![label] ? article : best,
    );
    give(
      richest,
      neediest((part) => lacking[part][label] + lacking[part].articles / (shuffled.length + 1)),
    );
  }
  for (const article of waiting())
    give(
      article,
      neediest((part) => lacking[part].articles),
    );
  fillEmptyParts(partOf, shuffled);
  return partOf;
}

/** With so few articles that a part got none, it takes one from the largest. */
function fillEmptyParts(partOf: Map<string, Part>, articles: readonly string[]): void {
  if (articles.length < PARTS.length) return;
  const of = (part: Part) => articles.filter((article) => partOf.get(article) === part);
  for (const part of PARTS) {
    if (of(part).length > 0) continue;
    const largest = PARTS.map(of).reduce((best, own) => (own.length > best.length ? own : best));
    partOf.set(largest[largest.length - 1], part);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
