import { createReadStream } from 'node:fs';
import { documentsOfBioc, documentsOfPubtator } from '../../corpora';
import { articlesOfSet, InputError } from '../../foundation';
import { type ContentFormat, formatAsChosen, formatOfContent } from './content-format';
import { fsPath, whyUnreadable } from './file-path';
import { sourcesOfLines } from './lines';
import type { InputFile } from './list';
import { membersOfTar } from './members';
import { kindOfFile, type Opening } from './opening';
import { damagedAsTold, openPlain, PIECE, sinceLast, untilDamaged } from './reading';
import {
  type DocumentFormat,
  LARGEST,
  LARGEST_PARSED,
  type Reading,
  Skipped,
  type Source,
  tooLarge,
} from './sources';
import { collected, decoded } from './streams';

/**
 * Yields the sources in the files, in order. A file of one document is opened by its worker; files of many documents are read here,
 * incrementally. The content determines which is which.
 *
 * @param skipped collects the files skipped in archives
 */
export async function* openSources(
  files: readonly InputFile[],
  skipped = new Skipped(),
): AsyncGenerator<Source> {
  for (const { path, place, id, format: named, bytes, isStream, refusal } of files) {
    if (refusal !== undefined) {
      yield { kind: 'damaged', place, bytes: 0, reason: refusal };
      continue;
    }
    let format: ContentFormat | { refusal: string } | undefined;
    try {
      if (!isStream) format = formatOfContent(kindOfFile(path), named);
    } catch (error) {
      const reason = whyUnreadable(error);
      if (!reason) throw error;
      yield { kind: 'damaged', place, bytes, reason };
      continue;
    }
    if (format === 'text' || format === 'jats' || format === 'collected') {
      yield { kind: 'file', place, bytes, id, format, path };
    } else if (typeof format === 'object') yield { kind: 'damaged', place, bytes, reason: format.refusal };
    else {
      const stream = createReadStream(fsPath(path), { highWaterMark: PIECE });
      const newBytes = sinceLast(() => stream.bytesRead);
      yield* untilDamaged(sourcesOfStream(stream, { place, id, named, skipped, newBytes }), place);
    }
  }
}

/** Yields the sources in standard input, gzip or not; its first characters determine the format unless `chosen` is given. */
export function openStandardInput(
  input: AsyncIterable<Uint8Array>,
  chosen?: DocumentFormat,
  skipped = new Skipped(),
): AsyncGenerator<Source> {
  const place = 'standard input';
  return untilDamaged(sourcesOfStream(input, { place, id: '-', chosen, skipped, newBytes: () => 0 }), place);
}

async function* sourcesOfStream(input: AsyncIterable<Uint8Array>, reading: Reading): AsyncGenerator<Source> {
  const { opening, chunks, close } = await openPlain(input, reading.place);
  try {
    yield* sourcesOfPlain(chunks, opening, reading);
  } finally {
    await close();
  }
}

async function* sourcesOfPlain(
  chunks: AsyncIterable<Uint8Array>,
  opening: Opening,
  reading: Reading,
): AsyncGenerator<Source> {
  const { place, id, named, chosen, newBytes } = reading;
  const format = chosen ? formatAsChosen(opening, chosen) : formatOfContent(opening, named);
  if (typeof format === 'object') {
    yield { kind: 'damaged', place, bytes: newBytes(), reason: format.refusal };
  } else if (format === 'jsonl') yield* sourcesOfLines(chunks, place, newBytes);
  else if (format === 'article-set') yield* sourcesOfArticleSet(chunks, reading);
  else if (format === 'tar') yield* sourcesOfTar(chunks, reading);
  else {
    const isParsed = format === 'bioc' || format === 'pubtator';
    const most = isParsed ? LARGEST_PARSED : LARGEST;
    const content = await collected(chunks, most);
    if (!content) yield { kind: 'damaged', place, bytes: newBytes(), reason: tooLarge(most) };
    else if (isParsed) yield* sourcesOfDocuments(content, format, reading);
    else {
      const isOwnId = reading.isMember && format === 'jats';
      yield { kind: 'content', place, bytes: newBytes(), id, format, content, ...(isOwnId && { isOwnId }) };
    }
  }
}

async function* sourcesOfTar(chunks: AsyncIterable<Uint8Array>, reading: Reading): AsyncGenerator<Source> {
  if (reading.isMember) {
    const reason = 'is an archive in an archive; unpack it';
    return yield { kind: 'damaged', place: reading.place, bytes: reading.newBytes(), reason };
  }
  for await (const member of membersOfTar(chunks, reading)) {
    if ('kind' in member) yield member;
    else yield* untilDamaged(sourcesOfStream(piecesOf(member.content), member), member.place);
  }
}

async function* piecesOf(content: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += PIECE) yield content.subarray(start, start + PIECE);
}

/** Yields each article of a file of several. */
async function* sourcesOfArticleSet(
  chunks: AsyncIterable<Uint8Array>,
  { place, id, newBytes }: Reading,
): AsyncGenerator<Source> {
  let number = 0;
  for await (const xml of articlesOfSet(decoded(chunks))) {
    number++;
    const content = Buffer.from(xml);
    const own = {
      place: `${place} article ${number}`,
      bytes: newBytes(),
      id: `${id === '-' ? '' : id}-${number}`,
    };
    yield { kind: 'content', format: 'jats', content, isOwnId: true, ...own };
  }
  const reason = 'holds no <article>, so it is not JATS; give full texts of articles';
  if (number === 0) yield { kind: 'damaged', place, bytes: newBytes(), reason };
}

function* sourcesOfDocuments(
  content: Buffer,
  format: 'bioc' | 'pubtator',
  { place, newBytes }: Reading,
): Generator<Source> {
  const damages: InputError[] = [];
  const read = format === 'bioc' ? documentsOfBioc : documentsOfPubtator;
  try {
    for (const { id, text, paragraphs } of read(content.toString('utf8'), place, (reason) =>
      damages.push(reason),
    ))
      yield {
        kind: 'document',
        place: `${place}: document "${id}"`,
        bytes: newBytes(),
        id,
        text,
        paragraphs,
      };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    damages.push(error);
  }
  for (const { message } of damages) yield damagedAsTold(message, place, newBytes());
}
