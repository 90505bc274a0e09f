import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError, printable, unreadable } from '../foundation';
import { normalizedId } from './ids';

const PIECE = 1 << 16;
const LONGEST_LINE = 1_000;
/** At the service's pace they take a day and a half; each is held in memory. */
const MOST_IDS = 1_000_000;
/** How long a pipe may have no writer before it is given up, and the pause between two looks at it. */
const LONGEST_WAIT = 10_000;
const PAUSE = 20;

/**
 * The ids in a file, one per line, each once. UTF-8, or UTF-16 as Windows writes it with its mark; any line ends. A file of any
 * size ends in ids or in a sentence, within bounded memory; a pipe may be given too.
 */
export function readIds(path: string): string[] {
  const ids = new Set<string>();
  let number = 0;
  for (const line of linesOf(path)) {
    number++;
    if (line.trim() === '') continue;
    const id = normalizedId(line);
    if (id === undefined) {
      const shown = line.trim().slice(0, 60);
      throw new InputError(
        `${path} line ${number}: "${printable(shown)}" is no article id; write one such as PMC3320746 or MED:22536497`,
      );
    }
    ids.add(id);
    if (ids.size > MOST_IDS) throw new InputError(`${path}: more than ${MOST_IDS} ids; split the file`);
  }
  if (ids.size === 0) throw new InputError(`${path}: holds no id; write one a line`);
  return [...ids];
}

/** Lines of at most 1,000 characters; a longer one comes cut. */
function* linesOf(path: string): Generator<string> {
  let decoder: TextDecoder | undefined;
  let rest = '';
  for (const bytes of piecesOf(path)) {
    decoder ??= decoderFor(bytes, path);
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n?|\n/);
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > LONGEST_LINE) break;
  }
  if (rest) yield rest;
}

function decoderFor(bytes: Uint8Array, path: string): TextDecoder {
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b)
    throw new InputError(`${path}: is packed with gzip; unpack it with "gunzip"`);
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  if (bytes.includes(0)) throw new InputError(`${path}: is no text in UTF-8; save it as UTF-8`);
  return new TextDecoder('utf-8');
}

/** Not blocking, so that a pipe into which nobody writes is noticed. */
function* piecesOf(path: string): Generator<Uint8Array> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const bytes = Buffer.alloc(PIECE);
    const isPipe = fstatSync(file).isFIFO();
    let isBegun = false;
    for (let waited = 0; ; ) {
      const count = readNow(file, bytes, path);
      if (count !== undefined && count > 0) {
        isBegun = true;
        yield bytes.subarray(0, count);
        continue;
      }
      if (count === 0 && (isBegun || waited >= LONGEST_WAIT || !isPipe)) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      if (count === 0) waited += PAUSE;
    }
  } finally {
    closeSync(file);
  }
}

/** Bytes read, 0 at the end or where a pipe has no writer; undefined where a writer has nothing yet. */
function readNow(file: number, bytes: Buffer, path: string): number | undefined {
  try {
    return readSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw unreadable(path, error);
  }
}
