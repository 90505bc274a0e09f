import { InputError } from '../foundation';
import type { Range } from './sentences';

/** The text of a document, without anything else in its format. */
export interface PlainDocument {
  id: string;
  text: string;
  /** The passages of the format, in order. No sentence crosses the end of one. */
  paragraphs: Range[];
}

/** Called for each unusable document; the others are read. */
export type OnSkip = (reason: InputError) => void;

/** The default: throws for the first unusable document. */
export function rethrow(reason: InputError): never {
  throw reason;
}

const MOST_SKIPPED = 10_000;

/** Wraps a listener to throw once a file has too many such documents. */
export function skippingSome(onSkip: OnSkip, place: string): OnSkip {
  let skipped = 0;
  return (reason) => {
    if (++skipped > MOST_SKIPPED) {
      throw new InputError(`${place}: more than ${MOST_SKIPPED} damaged documents; get the file again`);
    }
    onSkip(reason);
  };
}

/** A part of a document; `offset` counts code points from the document's start. */
export interface Passage {
  offset: number;
  text: string;
}

/** Code points. Larger offsets would fill memory with spaces. */
const LONGEST_DOCUMENT = 10_000_000;

/**
 * Builds a text with the passages at their offsets, and line breaks and spaces between them: an offset in code points into the text
 * is an offset in the document.
 *
 * @param place starts error messages
 * @throws InputError for passages that overlap or exceed the maximum length, and for a document without text
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
        `${place}: the passage at ${offset} begins before the end of the previous one, at ${reached}; correct the offsets`,
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
  if (text.trim() === '') throw new InputError(`${place}: contains no text; give text to annotate`);
  return { id, text, paragraphs };
}

function lengthInCodePoints(text: string): number {
  let length = text.length;
  for (const _ of text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)) length--;
  return length;
}
