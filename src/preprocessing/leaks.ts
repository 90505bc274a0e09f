import { PARTS, type Part } from './splitting';
import { TwinIndex } from './twin-index';

/** A sentence of train or dev that duplicates one of a later part. */
export interface Leak {
  part: Part;
  text: string;
  twinPart: Part;
  twin: string;
  /** Jaccard similarity of the word bigrams; 1 if only letter case and white space differ. */
  similarity: number;
}

/** Finds the sentences of train with a twin in dev or test, and those of dev with one in test, the most similar first. */
export function findLeaks(parts: Record<Part, readonly { text: string }[]>): Leak[] {
  const index = new TwinIndex();
  const texts: string[] = [];
  for (const part of PARTS) for (const { text } of parts[part]) index.count(text);
  const leaks: Leak[] = [];
  for (const part of [...PARTS].reverse()) {
    for (const { text } of parts[part]) {
      const twin = index.find(text, part);
      if (twin) {
        const { sentence, similarity } = twin;
        leaks.push({ part, text, twinPart: twin.part, twin: texts[sentence], similarity });
      }
    }
    // Train is the first part.
    if (part !== 'train') for (const { text } of parts[part]) index.add(text, part, texts.push(text) - 1);
  }
  return leaks.sort((a, b) => b.similarity - a.similarity);
}
