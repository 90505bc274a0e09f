import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readCollectedArticle } from '../../collection';
import { splitSentences } from '../../corpora';
import { InputError } from '../../foundation';
import { articleText, jatsToParagraphs } from '../../preprocessing';
import { type Entity, inWholeText } from '../annotator';
import { inCodePoints } from '../offsets';
import { isGzip } from './open';
import { LARGEST, type Source, TOO_LARGE, type WholeFileFormat } from './sources';

/** A source as its sentences, and the lines of output that their mentions make. */
export interface Article {
  sentences: string[];
  linesOf(found: readonly Entity[][], offsets: OffsetUnit): string;
}

/** What `start` and `end` count. */
export type OffsetUnit = 'utf16' | 'codepoints';

/** @throws InputError for what cannot be read, is not in the format, or is empty */
export function readArticle(source: Source): Article {
  const { place } = source;
  switch (source.kind) {
    case 'damaged':
      throw new InputError(`${place}: ${source.reason}`);
    case 'sentences':
      return articleOfSentences(source);
    case 'document':
      return articleOfText(source.id, source.text);
    case 'content':
      return articleOfText(source.id, textOf(source.content, source.format, place));
    case 'file': {
      if (source.format === 'collected') {
        const { pmcid, fullText } = readCollectedArticle(source.path);
        return articleOfText(pmcid, plainText(fullText, 'jats', place));
      }
      return articleOfText(source.id, textOf(contentOf(source.path), source.format, place));
    }
  }
}

function contentOf(path: string): Uint8Array {
  try {
    if (statSync(path).size > LARGEST) throw tooLarge(path);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`,
    );
  }
}

const tooLarge = (place: string): InputError => new InputError(`${place}: ${TOO_LARGE}`);

function textOf(content: Uint8Array, format: WholeFileFormat, place: string): string {
  const plain = isGzip(content) ? unpack(content, place) : content;
  if (plain.length > LARGEST) throw tooLarge(place);
  if (!isUtf8(plain)) {
    throw new InputError(`${place} line ${firstLineNotUtf8(plain)}: not UTF-8; write the file in UTF-8`);
  }
  return plainText(Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString('utf8'), format, place);
}

function unpack(content: Uint8Array, place: string): Uint8Array {
  try {
    return gunzipSync(content, { maxOutputLength: LARGEST });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(place);
    throw new InputError(`${place}: cannot be unpacked (${message}); get the file again`);
  }
}

function firstLineNotUtf8(content: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = content.indexOf(10, start);
    if (end < 0 || !isUtf8(content.subarray(start, end))) return line;
    start = end + 1;
  }
}

/** The text that offsets refer to: of JATS what `preprocess` makes of it, any other as it stands. */
function plainText(content: string, format: WholeFileFormat, place: string): string {
  const text =
    format === 'text' || content.trim() === '' ? content : articleText(jatsToParagraphs(content, place));
  if (text.trim() === '') throw new InputError(`${place}: is empty; give a text to annotate`);
  return text;
}

function articleOfText(id: string, text: string): Article {
  const ranges = splitSentences(text);
  return {
    sentences: ranges.map(({ start, end }) => text.slice(start, end)),
    linesOf(found, offsets) {
      const starts = ranges.map(({ start }) => start);
      const entities = inWholeText(found, starts);
      return `${JSON.stringify({ id, entities: counted(entities, text, offsets) })}\n`;
    },
  };
}

function articleOfSentences({ article, sentences }: Source & { kind: 'sentences' }): Article {
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
