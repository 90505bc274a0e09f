import { byLabel, createRandom } from '../foundation';

export const PARTS = ['train', 'dev', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** Share of the articles and, as nearly as possible, of each label's mentions per part. */
export const SHARES: Record<Part, number> = { train: 0.7, dev: 0.15, test: 0.15 };

/** Mentions by label. */
export type LabelCounts = Record<string, number>;

/** Counts of a sentence. */
export interface Marked {
  readonly spans: readonly { label: string }[];
}

/** @param labels counted even without mentions; others follow in order of appearance */
export function countMentions(sentences: Iterable<Marked>, labels: readonly string[] = []): LabelCounts {
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const { spans } of sentences)
    for (const { label } of spans) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/**
 * Assigns each article to a part so that the parts get their shares of the mentions of each label.
 *
 * After iterative stratification (K. Sechidis, G. Tsoumakas, I. Vlahavas: On the stratification of multi-label data, ECML
 * PKDD 2011): the label with the fewest remaining mentions is distributed first. Unlike in the paper, mentions are counted instead of
 * the presence of a label; articles with the most mentions go first; and an article goes to the part that lacks most over all its
 * labels, not only the current one. With three articles or more no part is empty. The seed breaks ties.
 *
 * @param articles counts of each article, all with the same labels
 * @param parts to deal to, in proportion to their shares
 */
export function splitArticles(
  articles: ReadonlyMap<string, LabelCounts>,
  seed: number,
  parts: readonly Part[] = PARTS,
): Map<string, Part> {
  const shuffled = createRandom(seed).shuffle([...articles.keys()].sort());
  // An article's shares of the total: of the mentions of each label, and of the articles.
  const labels = [...new Set([...articles.values()].flatMap((own) => Object.keys(own)))];
  const totals = sumOf(
    labels,
    shuffled.map((article) => articles.get(article)!),
  );
  const sharesOf = new Map(
    shuffled.map((article) => {
      const own = articles.get(article)!;
      return [article, [...labels.map((label) => own[label] / (totals[label] || 1)), 1 / shuffled.length]];
    }),
  );
  const total = sum(parts.map((part) => SHARES[part]));
  const lacking = Object.fromEntries(
    parts.map((part) => [part, [...labels, 'articles'].map(() => SHARES[part] / total)]),
  ) as Record<Part, number[]>;
  const need = (part: Part, shares: number[]) =>
    sum(shares.map((share, kind) => (share * lacking[part][kind]) / SHARES[part]));

  const richestFirst = Object.fromEntries(
    labels.map((label) => [
      label,
      // A stable sort keeps ties in the order of the seed.
      [...shuffled].sort((a, b) => articles.get(b)![label] - articles.get(a)![label]).values(),
    ]),
  ) as Record<string, IterableIterator<string>>;
  const inOrder = shuffled.values();

  const partOf = new Map<string, Part>();
  const left = { ...totals };
  while (partOf.size < shuffled.length) {
    const label = scarcest(left);
    const candidates = label ? richestFirst[label] : inOrder;
    let next: string = candidates.next().value;
    while (partOf.has(next)) next = candidates.next().value;
    const shares = sharesOf.get(next)!;
    const part = parts.reduce((best, other) => (need(other, shares) > need(best, shares) ? other : best));
    partOf.set(next, part);
    lacking[part] = lacking[part].map((lack, kind) => lack - shares[kind]);
    for (const own of labels) left[own] -= articles.get(next)![own];
  }
  fillEmptyParts(partOf, shuffled, parts);
  return partOf;
}

/** Returns the label with the fewest remaining mentions, if any. */
function scarcest(left: LabelCounts): string | undefined {
  return Object.keys(left)
    .filter((label) => left[label] > 0)
    .sort((a, b) => left[a] - left[b])[0];
}

function sumOf(labels: readonly string[], articles: readonly LabelCounts[]): LabelCounts {
  return byLabel(labels, (label) => sum(articles.map((own) => own[label])));
}

/** Moves an article from the largest part to each part that got none. */
function fillEmptyParts(
  partOf: Map<string, Part>,
  articles: readonly string[],
  parts: readonly Part[],
): void {
  if (articles.length < parts.length) return;
  const of = (part: Part) => articles.filter((article) => partOf.get(article) === part);
  for (const part of parts) {
    if (of(part).length > 0) continue;
    const largest = parts.map(of).reduce((best, own) => (own.length > best.length ? own : best));
    partOf.set(largest[largest.length - 1], part);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
