import { createHash } from 'node:crypto';
import type { CorpusDocument } from './document';

export const PARTS = ['train', 'dev', 'test'] as const;

export type Part = (typeof PARTS)[number];

/**
 * Hashes an article's name to [0, 1): a part assigned by it does not depend on the other articles of the corpus or their order. A
 * copy named "97218353-2" goes with its original.
 */
export function stableFraction(article: string): number {
  const digest = createHash('sha256').update(article.replace(/-\d+$/, '')).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Groups documents by part. A text in a held-out part is removed from the parts held out less strictly (test before dev before
 * train); letter case, punctuation and spaces are ignored. `leftOut` counts the removed documents by part.
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

/** Normalizes case, spaces and punctuation away, to compare texts. */
export function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[\s!-/:-@[-`{-~]+/g, '');
}
