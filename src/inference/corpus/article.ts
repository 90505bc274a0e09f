import { readCollectedArticle } from '../../collection';
import type { Range } from '../../corpora';
import { checkUtf8, InputError, kindOfContent, toUtf8, unpackGzip } from '../../foundation';
import { articleText, jatsArticles, jatsToParagraphs } from '../../preprocessing';
import {
  type Article,
  articleOfText,
  counted,
  MOST_PIECES,
  MOST_UNCUT,
  NO_PROSE,
  piecesOf,
} from './article-of-text';
import { contentOf } from './file-content';
import { fsPath } from './file-path';
import { isGzip } from './opening';
import { LARGEST, type Source, TOO_LARGE, type WholeFileFormat } from './sources';

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
