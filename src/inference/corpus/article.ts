import { readCollectedArticle } from '../../collection';
import { eachSentence, LONGEST_SENTENCE, type Range } from '../../corpora';
import { checkUtf8, InputError, kindOfContent, toUtf8, unpackGzip } from '../../foundation';
import { articleText, jatsArticles, jatsToParagraphs } from '../../preprocessing';
import { type Entity, inWholeText } from '../annotator';
import { inCodePoints } from '../offsets';
import { contentOf } from './file-content';
import { fsPath } from './file-path';
import { isGzip } from './opening';
import { LARGEST, type Source, TOO_LARGE, type WholeFileFormat } from './sources';

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
const MOST_UNCUT = 1 << 19;
const NO_PROSE = LONGEST_SENTENCE >> 1;
/** Pieces of words and signs in such sentences. They bound the number of tokens, which is what costs time. */
const MOST_PIECES = 1 << 18;
const PIECE = /\p{Script=Han}|[\p{L}\p{N}]{1,4}|\S/gu;
/** Mentions in one line of output, about a hundred bytes each. */
const MOST_MENTIONS = 1 << 20;

/**
 * @param content the content of the source, if already read
 * @param readsWhole whether paragraphs are kept whole instead of being split into sentences
 * @throws InputError for a source that cannot be read, is not in its format, or is empty
 */
export function readArticle(source: Source, content?: Uint8Array, readsWhole = false): Article {
  const { place } = source;
  const ofText = (id: string, text: string, paragraphs?: readonly Range[]) =>
    articleOfText(id, text, place, readsWhole, paragraphs);
  switch (source.kind) {
    case 'damaged':
      throw new InputError(`${place}: ${source.reason}`);
    case 'sentences':
      return articleOfSentences(source);
    case 'document':
      return ofText(source.id, source.text, source.paragraphs);
    case 'content': {
      const text = textOf(source.content, place);
      if (!source.isOwnId) return ofText(source.id, plainText(text, source.format, place));
      const [{ id = source.id, paragraphs }] = jatsArticles(text, place);
      return ofText(id, filled(articleText(paragraphs), place));
    }
    case 'file': {
      if (source.format === 'collected') {
        const { pmcid, fullText } = readCollectedArticle(fsPath(source.path) as string);
        return ofText(pmcid, plainText(fullText, 'jats', place));
      }
      const text = textOf(content ?? contentOf(source), place);
      return ofText(source.id, plainText(text, source.format, place));
    }
  }
}

function textOf(content: Uint8Array, place: string): string {
  const tooLarge = () => new InputError(`${place}: ${TOO_LARGE}`);
  const unpacked = isGzip(content) ? unpackGzip(content, place, LARGEST, tooLarge) : content;
  const bytes = Buffer.from(unpacked.buffer, unpacked.byteOffset, unpacked.length);
  const plain = kindOfContent(bytes) === 'utf-16' ? toUtf8(bytes, place)(bytes, true) : bytes;
  if (plain.length > LARGEST) throw tooLarge();
  checkUtf8(plain, place);
  return plain.toString('utf8');
}

/** The text that offsets refer to: for JATS the paragraphs that `preprocess` makes, for plain text the text itself. */
function plainText(content: string, format: WholeFileFormat, place: string): string {
  const isText = format === 'text' || content.trim() === '';
  return filled(isText ? content : articleText(jatsToParagraphs(content, place)), place);
}

function filled(text: string, place: string): string {
  if (text.trim() === '') throw new InputError(`${place}: is empty; give a text to annotate`);
  return text;
}

function articleOfText(
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
      return `${JSON.stringify({ id, entities: counted(entities, text, offsets) })}\n`;
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

function piecesOf(sentence: string): number {
  return sentence.match(PIECE)?.length ?? 0;
}

function articleOfSentences({ article, sentences, place }: Source & { kind: 'sentences' }): Article {
  const longest = sentences.find(
    ({ text }) => text.length > MOST_UNCUT || (text.length > NO_PROSE && piecesOf(text) > MOST_PIECES),
  );
  if (longest)
    throw new InputError(
      `${place}: a sentence has ${longest.text.length} characters; the limits are ${MOST_UNCUT} characters and ${MOST_PIECES} words and signs; split it`,
    );
  return {
    sentences: sentences.map(({ text }) => text),
    linesOf: (found, offsets) =>
      sentences
        .map(({ paragraph, offset, text }, index) => {
          const entities = counted(found[index], text, offsets);
          return `${JSON.stringify({ id: article, paragraph, offset, entities })}\n`;
        })
        .join(''),
  };
}

function counted(entities: readonly Entity[], text: string, offsets: OffsetUnit): readonly Entity[] {
  return offsets === 'codepoints' ? inCodePoints(entities, text) : entities;
}
