import { kindOfContent } from './content';
import { decodeUtf8, LARGEST_UNPACKED, toUtf8, unpackGzip, unpacksToTooMuch, withoutMark } from './decoding';
import { InputError } from './errors';
import { PIECE, piecesOfFile } from './files';

/** Bytes. A longer line is rejected before it fills memory. */
const LONGEST_LINE = 1 << 26;

/**
 * Yields the lines of a text file without their line ends. Reads in chunks, so files of any size work. UTF-8, UTF-16, or either
 * gzipped, detected by content; `path` may be a pipe. Lines end with LF or CRLF; in a file without any LF, with CR.
 *
 * @throws InputError, with the line, for content that cannot be read or is not text
 */
export function* readLines(path: string): Generator<string> {
  let number = 0;
  let begun: Buffer[] = [];
  let size = 0;
  for (const piece of utf8Pieces(path)) {
    const end = piece.lastIndexOf(10);
    const lines = end < 0 ? piece : piece.subarray(0, end);
    if (size + (lines.indexOf(10) < 0 ? lines.length : lines.indexOf(10)) > LONGEST_LINE) {
      throw new InputError(
        `${path} line ${number + 1}: longer than ${LONGEST_LINE >> 20} MiB; split it, one sentence or document per line`,
      );
    }
    begun.push(lines);
    if (end < 0) {
      size += lines.length;
      continue;
    }
    const text = decodeUtf8(begun.length > 1 ? Buffer.concat(begun) : lines, path, number + 1);
    const whole = text.split('\n');
    number += whole.length;
    if (text.includes('\r')) for (const line of whole) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    else yield* whole;
    begun = [piece.subarray(end + 1)];
    size = begun[0].length;
  }
  const rest = decodeUtf8(Buffer.concat(begun), path, number + 1);
  // Without any line feed, lines end with CR, as on classic Mac OS.
  if (rest !== '') yield* number === 0 ? rest.replace(/\r$/, '').split('\r') : [rest.replace(/\r$/, '')];
}

/** Yields the content in UTF-8, without a byte order mark. */
function* utf8Pieces(path: string): Generator<Buffer> {
  let convert: ((piece: Buffer, isLast: boolean) => Buffer) | undefined;
  for (const { piece, isLast } of unpackedPieces(path)) {
    if (convert) yield convert(piece, isLast);
    else {
      convert = toUtf8(piece, path);
      yield withoutMark(convert(piece, isLast));
    }
  }
}

function* unpackedPieces(path: string): Generator<{ piece: Buffer; isLast: boolean }> {
  let packed: Buffer[] | undefined;
  let isFirst = true;
  for (const read of piecesOfFile(path)) {
    if (isFirst && kindOfContent(read.piece) === 'gzip') packed = [];
    isFirst = false;
    if (!packed) yield read;
    else if (packed.push(read.piece) * PIECE > LARGEST_UNPACKED) throw unpacksToTooMuch(path);
  }
  if (!packed) return;
  const unpacked = unpackGzip(Buffer.concat(packed), path);
  for (let start = 0; start === 0 || start < unpacked.length; start += PIECE) {
    const end = start + PIECE;
    yield { piece: unpacked.subarray(start, end), isLast: end >= unpacked.length };
  }
}
