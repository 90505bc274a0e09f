import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../foundation';
import type { Source, SourceSentence } from './sources';

/** Maximum number of sentences of one article annotated together; a corpus with one article id for everything is split here. */
const MOST_SENTENCES = 10_000;
/** Bytes. Longer lines are skipped and reported, so that no file can fill the memory. */
export const LONGEST_LINE = 1 << 25;

const EXPECTED =
  'write one {"id", "text"} or one sentence {"article", "paragraph", "offset", "text"} per line';

/**
 * Reads the documents of JSONL, one per line, or its sentences, grouping consecutive sentences of an article. Only line feeds end
 * lines: texts may contain the other line separators of Unicode.
 *
 * A file is refused as a whole if its first line is an annotation, or if its lines are parts of one JSON value.
 *
 * @param newBytes how many bytes of the file have been read since it was last called
 */
export async function* sourcesOfLines(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  newBytes: () => number,
): AsyncGenerator<Source> {
  let number = 0;
  let found = 0;
  let group: (Source & { kind: 'sentences' }) | undefined;
  for await (const line of linesOf(chunks)) {
    number++;
    if (line !== undefined && isBlank(line)) continue;
    found++;
    const place = `${file} line ${number}`;
    const value = line === undefined ? `longer than ${LONGEST_LINE} bytes; split it` : parseLine(line);
    const isSentence = typeof value !== 'string' && 'article' in value;
    if (
      group &&
      !(isSentence && value.article === group.article && group.sentences.length < MOST_SENTENCES)
    ) {
      yield group;
      group = undefined;
    }
    const bytes = newBytes();
    const refusal = found === 1 && line !== undefined ? whyNoLines(line) : undefined;
    if (refusal) return yield { kind: 'damaged', place: file, bytes, reason: refusal };
    if (typeof value === 'string') yield { kind: 'damaged', place, bytes, reason: value };
    else if (!isSentence) yield { kind: 'document', place, bytes, ...value };
    else {
      group ??= { kind: 'sentences', place, bytes: 0, article: value.article, sentences: [] };
      group.sentences.push(value.sentence);
      group.bytes += bytes;
    }
  }
  if (group) yield group;
  if (found === 0) yield { kind: 'damaged', place: file, bytes: newBytes(), reason: `is empty; ${EXPECTED}` };
}

type Line = { id: string; text: string } | { article: string; sentence: SourceSentence };

/** Returns why a file with this first line does not contain documents. */
function whyNoLines(line: Buffer): string | undefined {
  const opening = line
    .toString('utf8', 0, 1000)
    .replace(/^\ufeff/, '')
    .trim();
  if (opening === '{' || opening === '[')
    return `is one JSON value over several lines, not JSONL; ${EXPECTED} (jq -c does)`;
  if (!/"entities"\s*:/.test(line.toString('latin1'))) return undefined;
  try {
    const { text, entities } = Object(parseJson(line.toString('utf8'))) as Record<string, unknown>;
    const isOutput = text === undefined && Array.isArray(entities);
    return isOutput ? 'holds the annotations that annotate writes, not texts; give the texts' : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the document or sentence of a line, or why it cannot be used. */
function parseLine(line: Buffer): Line | string {
  if (!isUtf8(line)) return 'not UTF-8; write the file in UTF-8';
  let value: unknown;
  try {
    value = parseJson(line.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    return `not a line of JSON (${(error as Error).message}); ${EXPECTED}`;
  }
  const { id, article, paragraph, offset, text } = Object(value) as Record<string, unknown>;
  const isEmpty = typeof text === 'string' && text.trim() === '';
  if (typeof id === 'string' && typeof text === 'string') {
    return isEmpty ? `document "${id}" is empty; give it a text` : { id, text };
  }
  if (
    typeof article === 'string' &&
    typeof text === 'string' &&
    typeof paragraph === 'number' &&
    typeof offset === 'number'
  ) {
    return isEmpty
      ? `a sentence of "${article}" is empty; give it a text`
      : { article, sentence: { paragraph, offset, text } };
  }
  return `"id" and "text" must both be strings; ${EXPECTED}`;
}

export function isBlank(line: Buffer): boolean {
  return line.length < 1000 && line.toString('latin1').trim() === '';
}

/** Yields lines without their ends; undefined for a line that is too long. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > LONGEST_LINE ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > LONGEST_LINE) parts = [];
    else parts.push(part);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}
