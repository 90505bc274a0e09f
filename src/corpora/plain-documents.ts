import { InputError } from '../foundation';
import type { Range } from './sentences';

/** A document that is to be annotated: what its format says beside the text is left behind. */
export interface PlainDocument {
  id: string;
  text: string;
  /** What the format keeps apart, in order: no sentence reaches over an end. */
  paragraphs: Range[];
}

/** Is told of a document that cannot be used, and why; the others are read. */
export type OnSkip = (reason: InputError) => void;

/** Where nobody listens, the first document that cannot be used ends the reading. */
export function rethrow(reason: InputError): never {
  throw reason;
}

const MOST_SKIPPED = 10_000;

/** The same, until a file turns out to hold hardly anything else. */
export function skippingSome(onSkip: OnSkip, place: string): OnSkip {
  let skipped = 0;
  return (reason) => {
    if (++skipped > MOST_SKIPPED) {
      throw new InputError(`${place}: more than ${MOST_SKIPPED} damaged documents; get the file again`);
    }
    onSkip(reason);
  };
}

/** A piece of a document; `offset` counts code points from the document's start. */
export interface Passage {
  offset: number;
  text: string;
}

/** Code points. Offsets beyond it would fill the memory with blanks. */
const LONGEST_DOCUMENT = 10_000_000;

/**
 * Passages at their offsets, what lies between them as line breaks and blanks: an offset in code points into the text is an offset
 * of the document.
 *
 * @param place opens the messages
 * @throws InputError for passages that overlap or lie too far out, and where there is no text
 */
export function placePassages(id: string, passages: readonly Passage[], place: string): PlainDocument {
  const pieces: string[] = [];
  const paragraphs: Range[] = [];
  let reached = 0; // code points
  let start = 0; // UTF-16 code units
  for (const { offset, text } of [...passages].sort((one, other) => one.offset - other.offset)) {
    const gap = offset - reached;
    if (gap < 0) {
      throw new InputError(
        `${place}: the passage at ${offset} begins before the end of the one before it, at ${reached}; correct the offsets`,
      );
    }
    const length = lengthInCodePoints(text);
    if (offset + length > LONGEST_DOCUMENT) {
      throw new InputError(
        `${place}: the passage at ${offset} ends beyond ${LONGEST_DOCUMENT} characters; correct the offset, or split the document`,
      );
    }
    pieces.push('\n\n'.slice(0, gap).padEnd(gap), text);
    start += gap;
    paragraphs.push({ start, end: start + text.length });
    start += text.length;
    reached = offset + length;
  }
  const text = pieces.join('');
  if (text.trim() === '') throw new InputError(`${place}: holds no text; give a text to annotate`);
  return { id, text, paragraphs };
}

function lengthInCodePoints(text: string): number {
  let length = text.length;
  for (const _ of text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)) length--;
  return length;
}
