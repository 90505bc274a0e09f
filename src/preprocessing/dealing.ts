import { InputError } from '../foundation';
import { countMentions, type Marked, type Part, splitArticles } from './splitting';

/** Which article goes into which part. Default: see `splitArticles`. */
export interface DealingOptions {
  /** Puts this many articles with the fewest sentences into test, and the others into train and dev. */
  smallestInTest?: number;
  /** The part of each article, such as the official one of a corpus; it must name every article. */
  split?: Readonly<Record<string, Part>>;
}

/**
 * Returns the part of each article.
 *
 * @param sentences of each article @param labels whose mentions are to be spread evenly
 * @throws InputError if a given split lacks an article, or there are too few articles for the test part that is asked for
 */
export function dealArticles(
  sentences: ReadonlyMap<string, readonly Marked[]>,
  labels: readonly string[],
  seed: number,
  { split, smallestInTest }: DealingOptions,
): Map<string, Part> {
  const counts = new Map([...sentences].map(([article, own]) => [article, countMentions(own, labels)]));
  if (split) {
    const lacking = [...sentences.keys()].find((article) => !Object.hasOwn(split, article));
    if (lacking) throw new InputError(`the split has no part for ${lacking}; add it`);
    return new Map([...sentences.keys()].map((article) => [article, split[article]]));
  }
  if (smallestInTest === undefined) return splitArticles(counts, seed);
  if (sentences.size < smallestInTest + 2)
    throw new InputError(
      `${sentences.size} articles are too few for a test part of ${smallestInTest} and two others; ask for a smaller one or collect more`,
    );
  const smallest = [...sentences]
    .sort(([one, a], [other, b]) => a.length - b.length || (one < other ? -1 : 1))
    .slice(0, smallestInTest)
    .map(([article]) => article);
  for (const article of smallest) counts.delete(article);
  const others = splitArticles(counts, seed, ['train', 'dev']);
  return new Map([...others, ...smallest.map((article) => [article, 'test'] as const)]);
}
