import { eachSentence, LONGEST_SENTENCE, type Range } from '../../corpora';
import { InputError } from '../../foundation';
import { type Entity, inWholeText } from '../create-annotator';
import { inCodePoints } from '../offsets';

/** A source split into sentences, and a function that formats their mentions as output lines. */
export interface Article {
  sentences: string[];
  /** @throws InputError for more mentions than a line may hold */
  linesOf(found: readonly Entity[][], offsets: OffsetUnit): string;
}

/** What `start` and `end` count. */
export type OffsetUnit = 'utf16' | 'codepoints';

/** UTF-16 code units of one document, whose sentences are all in memory at once. A book has a million or two. */
const LONGEST_TEXT = 1 << 25;
const MOST_SENTENCES = 1 << 18;
/** Code units in sentences longer than `NO_PROSE`: lists or data without sentence ends cost time and give nothing. */
export const MOST_UNCUT = 1 << 19;
export const NO_PROSE = LONGEST_SENTENCE >> 1;
/** Pieces of words and signs in such sentences. They bound the number of tokens, which is what costs time. */
export const MOST_PIECES = 1 << 18;
const PIECE = /\p{Script=Han}|[\p{L}\p{N}]{1,4}|\S/gu;
/** Mentions in one line of output, about a hundred bytes each. */
const MOST_MENTIONS = 1 << 20;

/** Returns the output line of a document. */
export const lineOfDocument = (id: string, entities: readonly Entity[]): string =>
  `${JSON.stringify({ id, entities })}\n`;

/** Splits a text into sentences, of which no document may have too many; without Node, for browsers too. */
export function articleOfText(
  id: string,
  text: string,
  place: string,
  readsWhole: boolean,
  paragraphs?: readonly Range[],
): Article {
  const ranges = sentencesOf(text, place, readsWhole, paragraphs);
  return {
    sentences: ranges.map(({ start, end }) => text.slice(start, end)),
    linesOf(found, offsets) {
      const starts = ranges.map(({ start }) => start);
      const entities = inWholeText(found, starts);
      if (entities.length > MOST_MENTIONS)
        throw new InputError(`${place}: has more than ${MOST_MENTIONS} mentions; split it`);
      return lineOfDocument(id, counted(entities, text, offsets));
    },
  };
}

/** @throws InputError for too many sentences, or for text that is not prose */
function sentencesOf(
  text: string,
  place: string,
  readsWhole: boolean,
  paragraphs: readonly Range[] = [{ start: 0, end: text.length }],
): Range[] {
  if (text.length > LONGEST_TEXT)
    throw new InputError(
      `${place}: has ${text.length} characters, a document may have at most ${LONGEST_TEXT}; split it into documents`,
    );
  const sentences: Range[] = [];
  let uncut = 0;
  let pieces = 0;
  for (const paragraph of paragraphs) {
    const isWhole = paragraph.start === 0 && paragraph.end === text.length;
    const part = isWhole ? text : text.slice(paragraph.start, paragraph.end);
    const isOne = readsWhole && part.length <= NO_PROSE && part.trim() !== '';
    for (const { start, end } of isOne ? [{ start: 0, end: part.length }] : eachSentence(part)) {
      sentences.push({ start: start + paragraph.start, end: end + paragraph.start });
      if (end - start > NO_PROSE) {
        uncut += end - start;
        if (uncut <= MOST_UNCUT) pieces += piecesOf(part.slice(start, end));
        if (uncut > MOST_UNCUT || pieces > MOST_PIECES) {
          const much =
            uncut > MOST_UNCUT ? `${MOST_UNCUT} characters` : `more than ${MOST_PIECES} words and signs`;
          throw new InputError(
            `${place}: ${much} are in sentences longer than ${NO_PROSE}; give prose, or add sentence ends or empty lines`,
          );
        }
      }
      if (sentences.length > MOST_SENTENCES)
        throw new InputError(`${place}: has more than ${MOST_SENTENCES} sentences; split it into documents`);
    }
  }
  return sentences;
}

export function piecesOf(sentence: string): number {
  return sentence.match(PIECE)?.length ?? 0;
}

export function counted(entities: readonly Entity[], text: string, offsets: OffsetUnit): readonly Entity[] {
  return offsets === 'codepoints' ? inCodePoints(entities, text) : entities;
}
