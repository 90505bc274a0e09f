import { createRandom } from '../foundation';
import { countMentions, type Marked } from './splitting';

/**
 * Returns the sentences with mentions, and for each of them at most `ratio` without, sampled with the seed, in the given order. A
 * tagger that never sees sentences without mentions marks something in every one.
 */
export function sampleNegatives<S extends Marked>(sentences: readonly S[], ratio: number, seed: number): S[] {
  const withMentions = sentences.filter(({ spans }) => spans.length > 0).length;
  const without = sentences.filter(({ spans }) => spans.length === 0);
  const keep = Math.round(Math.min(without.length, ratio * withMentions));
  const chosen = new Set(createRandom(seed).shuffle(without).slice(0, keep));
  return sentences.filter((sentence) => sentence.spans.length > 0 || chosen.has(sentence));
}

/**
 * Balances the labels: removes sentences, in random order by the seed, until no label has more than `ratio` times the mentions of
 * the rarest label that occurs. A sentence is removed only if all its labels have too many, so the ratio may not be reached.
 */
export function balanceClasses<S extends Marked>(sentences: readonly S[], ratio: number, seed: number): S[] {
  const counts = countMentions(sentences);
  const labels = Object.keys(counts);
  const rarest = Math.min(...Object.values(counts));
  const limit = ratio * rarest;
  const leftOut = new Set<S>();
  for (const sentence of createRandom(seed).shuffle(sentences)) {
    if (sentence.spans.length === 0) continue;
    const own = countMentions([sentence], labels);
    const dispensable = labels.every((label) => own[label] === 0 || counts[label] - own[label] >= limit);
    if (!dispensable) continue;
    for (const label of labels) counts[label] -= own[label];
    leftOut.add(sentence);
  }
  return sentences.filter((sentence) => !leftOut.has(sentence));
}
