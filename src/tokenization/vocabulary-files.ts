import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeJson, InputError, readJsonObject, readRegularFile } from '../foundation';

/** Bytes. The largest vocabulary of a BERT (LaBSE, 501,153 tokens) takes some 5 MB. */
const LARGEST = 16_000_000;
const MEND = 'fetch it again';

/** Returns the vocabulary file of a folder without tokenizer.json, or undefined if it has none. */
export function vocabularyPath(folder: string): string | undefined {
  if (existsSync(join(folder, 'vocab.txt'))) return join(folder, 'vocab.txt');
  return ['vocab.json', 'merges.txt'].every((name) => existsSync(join(folder, name)))
    ? join(folder, 'vocab.json')
    : undefined;
}

/** Reads one token per line; of equal lines the last counts, as in Python. */
export function readWordPieces(path: string): Record<string, number> {
  const text = readText(path, 'a vocabulary');
  if (/^\s*<(!doctype|html)/i.test(text))
    throw new InputError(`${path}: begins as a web page does, not a vocabulary; ${MEND}`);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return Object.fromEntries(lines.map((line, id) => [trimEnd(line), id]));
}

/** @throws InputError for a file that is empty or not UTF-8, such as UTF-16 */
function readText(path: string, kind: string): string {
  const bytes = readRegularFile(path, kind, LARGEST, MEND);
  if (bytes.length === 0) throw new InputError(`${path}: is empty; ${MEND}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // without a byte order mark
  } catch {
    throw new InputError(`${path}: is not text in UTF-8; ${MEND}`);
  }
}

const WHITE_SPACE = /\p{White_Space}/u;

function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && WHITE_SPACE.test(line[end - 1])) end--;
  return line.slice(0, end);
}

export function readTokenIds(path: string): Record<string, number> {
  const vocab = readJsonObject(path, 'a vocabulary', LARGEST, MEND);
  for (const [token, id] of Object.entries(vocab))
    if (!Number.isSafeInteger(id) || (id as number) < 0)
      throw new InputError(`${path}: the id of ${describeJson(token)} is ${describeJson(id)}; ${MEND}`);
  return vocab as Record<string, number>;
}

/** Reads merges: two parts with a blank between them. The first line may give the format's version. */
export function readMerges(path: string): string[] {
  const lines = readText(path, 'a list of merges').split('\n');
  return lines.flatMap((line, index) => {
    const merge = trimEnd(line);
    if (merge === '' || merge.startsWith('#version')) return [];
    const parts = merge.split(' ');
    if (parts.length !== 2 || parts.includes(''))
      throw new InputError(
        `${path}: line ${index + 1} is ${describeJson(merge)} and must be two parts; ${MEND}`,
      );
    return [merge];
  });
}
