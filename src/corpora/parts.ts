import { createHash } from 'node:crypto';
import type { CorpusDocument } from './document';

export const PARTS = ['train', 'dev', 'test'] as const;

export type Part = (typeof PARTS)[number];

/**
 * A number in [0, 1) that depends on the article's name alone: a part cut by it stays the same whatever else is in the
 * corpus and in whatever order. A copy named "97218353-2" goes with its original.
 */
export function stableFraction(article: string): number {
  const digest = createHash('sha256').update(article.replace(/-\d+$/, '')).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Documents by part. A text that a held-out part has (test before dev before train) is left out of the parts that are
 * less so; letter case, punctuation and spaces are not compared. `leftOut` counts them by part.
 */
export function intoParts(
  documents: readonly CorpusDocument[],
  partOf: (document: CorpusDocument) => Part,
): { parts: Record<Part, CorpusDocument[]>; leftOut: Record<Part, number> } {
  const parts: Record<Part, CorpusDocument[]> = { train: [], dev: [], test: [] };
  for (const document of documents) parts[partOf(document)].push(document);
  const heldOut = new Set<string>();
  const leftOut: Record<Part, number> = { train: 0, dev: 0, test: 0 };
  for (const part of ['test', 'dev', 'train'] as const) {
    const texts = parts[part].map(({ text }) => lettersOf(text));
    const kept = parts[part].filter((_, index) => !heldOut.has(texts[index]));
    leftOut[part] = parts[part].length - kept.length;
    parts[part] = kept;
    for (const text of texts) heldOut.add(text);
  }
  return { parts, leftOut };
}

/** What texts that differ in case, spaces and punctuation alone have in common. */
export function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[\s!-/:-@[-`{-~]+/g, '');
}
