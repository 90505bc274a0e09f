import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { InputError, isJsonObject, parseJson, streamTable, whyUnusable } from '../../foundation';
import { fsPath } from './file-path';
import { isBlank, LONGEST_LINE, linesOf } from './lines';
import type { InputFile } from './list';
import type { Opening } from './opening';
import { openPlain, PIECE, sinceLast, untilDamaged } from './reading';
import type { Source, TextFormat } from './sources';

/** UTF-16 code units of a text. */
const LONGEST_TEXT = 1_000_000;

/** Where texts stand. */
interface TextPlace {
  /** The key of an object, or the column of a table, that holds the text. */
  textKey: string;
  /** Prefix of messages. */
  place: string;
  /** Prefix of the ids of texts without an id: `texts.txt:3`. */
  name: string;
  newBytes(): number;
}

/**
 * Yields the texts in the files, in order: lines of text, objects of JSONL, or rows of a table. The id is the `id` of the object or
 * row, else file and line.
 *
 * @param textKey the key of an object, or the column of a table, that holds the text
 */
export async function* openTexts(
  files: readonly InputFile<TextFormat>[],
  textKey: string,
): AsyncGenerator<Source> {
  for (const { path, place, format, refusal } of files) {
    if (refusal !== undefined) {
      yield { kind: 'damaged', place, bytes: 0, reason: refusal };
      continue;
    }
    const stream = createReadStream(fsPath(path), { highWaterMark: PIECE });
    const newBytes = sinceLast(() => stream.bytesRead);
    const own = { place, name: place, textKey, newBytes };
    yield* untilDamaged(
      textsOfStream(stream, own, (opening) => formatOf(opening, format)),
      place,
    );
  }
}

/** Yields the texts in standard input: JSONL if it begins with an object, else lines, unless `chosen` is given. */
export function openTextsOfStandardInput(
  input: AsyncIterable<Uint8Array>,
  textKey: string,
  chosen?: TextFormat,
): AsyncGenerator<Source> {
  const place = 'standard input';
  const own = { place, name: '-', textKey, newBytes: () => 0 };
  return untilDamaged(
    textsOfStream(input, own, (opening) => chosen ?? formatOf(opening, 'text')),
    place,
  );
}

async function* textsOfStream(
  input: AsyncIterable<Uint8Array>,
  reading: TextPlace,
  formatOf: (opening: Opening) => TextFormat,
): AsyncGenerator<Source> {
  const { opening, chunks, close } = await openPlain(input, reading.place);
  try {
    const reason = whyNoTexts(opening);
    if (reason) yield { kind: 'damaged', place: reading.place, bytes: reading.newBytes(), reason };
    else if (formatOf(opening) === 'table') yield* textsOfTable(chunks, reading);
    else yield* textsOfLines(chunks, reading, formatOf(opening));
  } finally {
    await close();
  }
}

/** A file of lines may be JSONL under another name. */
function formatOf({ kind, text }: Opening, named: TextFormat): TextFormat {
  return kind === 'json-object' && /^\{\s*"/.test(text) ? 'jsonl' : named;
}

const EXPECTED = 'give lines of text, JSONL, CSV or TSV';

function whyNoTexts({ kind, text, isGzip }: Opening): string | undefined {
  if (kind === 'gzip') return isGzip ? 'is compressed twice with gzip; decompress it once' : undefined;
  if (kind === 'json-array')
    return 'is a JSON array; write its elements as JSONL, one per line (jq -c ".[]" does)';
  if (kind === 'tar') return `is an archive; unpack it, and ${EXPECTED}`;
  if (kind === 'xml' || kind === 'html' || kind === 'bioc-xml' || kind === 'bioc-json' || kind === 'pubtator')
    return `holds documents with markup, not texts to classify; ${EXPECTED}`;
  if (/^\{\s*$/.test(text.split('\n', 1)[0]))
    return 'is one JSON value over several lines, not JSONL; write one object per line (jq -c does)';
  return whyUnusable(kind);
}

async function* textsOfLines(
  chunks: AsyncIterable<Uint8Array>,
  { place: file, name, textKey, newBytes }: TextPlace,
  format: TextFormat,
): AsyncGenerator<Source> {
  let number = 0;
  let found = 0;
  for await (const line of linesOf(chunks)) {
    number++;
    if (line !== undefined && isBlank(line)) continue;
    found++;
    const read = () => {
      if (line === undefined) throw new InputError(`longer than ${LONGEST_LINE} bytes; split it`);
      if (!isUtf8(line)) throw new InputError('not UTF-8; write the file in UTF-8');
      const text = line
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .replace(/\r$/, '');
      return format === 'jsonl' ? textOfObject(text, textKey) : { text: checked(text) };
    };
    yield sourceOf(read, { place: `${file} line ${number}`, bytes: newBytes(), id: `${name}:${number}` });
  }
  if (found === 0) yield { kind: 'damaged', place: file, bytes: newBytes(), reason: `is empty; ${EXPECTED}` };
}

async function* textsOfTable(
  chunks: AsyncIterable<Uint8Array>,
  { place: file, name, textKey, newBytes }: TextPlace,
): AsyncGenerator<Source> {
  let found = 0;
  for await (const { columns, cells, line } of streamTable(chunks, file)) {
    const column = columns.indexOf(textKey);
    if (column < 0)
      throw new InputError(
        `${file} line 1: the table has no column "${textKey}"; its columns are ${columns.join(', ')}; name one with --text`,
      );
    found++;
    const idOf = columns.indexOf('id');
    const read = () => {
      if (cells.length !== columns.length)
        throw new InputError(
          `has ${cells.length} cells where the header has ${columns.length} columns; put texts that hold the delimiter in quotes`,
        );
      return { text: checked(cells[column]), id: (idOf >= 0 && cells[idOf]) || undefined };
    };
    yield sourceOf(read, { place: `${file} line ${line}`, bytes: newBytes(), id: `${name}:${line}` });
  }
  if (found === 0)
    yield { kind: 'damaged', place: file, bytes: newBytes(), reason: `has no row of texts; ${EXPECTED}` };
}

/** Returns the text, or why there is none. */
function sourceOf(
  read: () => { text: string; id?: string },
  { place, bytes, id }: { place: string; bytes: number; id: string },
): Source {
  try {
    const found = read();
    return { kind: 'document', place, bytes, id: found.id ?? id, text: found.text };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'damaged', place, bytes, reason: error.message };
  }
}

function textOfObject(line: string, textKey: string): { text: string; id?: string } {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch (error) {
    throw new InputError(`not a line of JSON (${(error as Error).message}); write one {"text"} per line`);
  }
  if (!isJsonObject(value)) throw new InputError('not a JSON object; write one {"text"} per line');
  const text = value[textKey];
  if (typeof text !== 'string')
    throw new InputError(`"${textKey}" must be a string; name the key of the text with --text`);
  const { id } = value;
  const isId = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
  if (id !== undefined && id !== null && !isId) throw new InputError('"id" must be a string or a number');
  return { text: checked(text), id: isId ? String(id) : undefined };
}

function checked(text: string): string {
  if (text.trim() === '') throw new InputError('the text is empty; give it some words, or leave it out');
  if (text.length > LONGEST_TEXT)
    throw new InputError(
      `has ${text.length} characters, a text may have at most ${LONGEST_TEXT}; shorten it`,
    );
  return text;
}
