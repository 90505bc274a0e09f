import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { kindOfContent, whyUnusable } from './content';
import { InputError } from './errors';

/** Bytes. Gzip that unpacks to more is rejected: a small file may unpack to more than fits in memory. */
export const LARGEST_UNPACKED = 1 << 28;

/** Returns why the content is not text, as a phrase. HTML and XML count as text here; readers that accept neither reject them. */
function whyNoText(content: Uint8Array): string | undefined {
  const kind = kindOfContent(content);
  return kind === 'html' || kind === 'binary' ? undefined : whyUnusable(kind); // NUL bytes are reported with their line
}

export function unpacksToTooMuch(place: string): InputError {
  return new InputError(
    `${place}: unpacks to more than ${LARGEST_UNPACKED >> 20} MiB; unpack it, and give the file itself`,
  );
}

/**
 * @param most maximum unpacked size in bytes
 * @param tooLarge thrown if the content is larger
 * @throws InputError for damaged gzip
 */
export function unpackGzip(
  packed: Uint8Array,
  place: string,
  most = LARGEST_UNPACKED,
  tooLarge = () => unpacksToTooMuch(place),
): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge()
      : new InputError(`${place}: cannot be unpacked (${message}); get the file again`);
  }
}

/**
 * Returns a function that converts the chunks of a content to UTF-8. UTF-16 is detected by its byte order mark or its NUL bytes.
 */
export function toUtf8(opening: Uint8Array, place: string): (piece: Buffer, isLast: boolean) => Buffer {
  if (kindOfContent(opening) !== 'utf-16') {
    const reason = whyNoText(opening);
    if (reason) throw new InputError(`${place}: ${reason}`);
    return (piece) => piece;
  }
  const isBigEndian = opening[0] === 0xfe || opening[0] === 0;
  const decoder = new TextDecoder(isBigEndian ? 'utf-16be' : 'utf-16le', { fatal: true, ignoreBOM: true });
  return (piece, isLast) => {
    try {
      return Buffer.from(decoder.decode(piece, { stream: !isLast }));
    } catch {
      throw new InputError(`${place}: begins as UTF-16 but is not valid UTF-16; save it as UTF-8`);
    }
  };
}

/** Returns the content without a UTF-8 byte order mark. */
export function withoutMark(content: Buffer): Buffer {
  return content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? content.subarray(3) : content;
}

/**
 * Decodes UTF-8.
 *
 * @param line number of the first line, for error messages
 * @throws InputError that names the first line with a NUL byte or invalid UTF-8
 */
export function decodeUtf8(bytes: Buffer, place: string, line = 1): string {
  if (bytes.includes(0)) {
    throw new InputError(
      `${place} line ${line + lineOf(bytes, bytes.indexOf(0))}: contains a NUL byte; give text in UTF-8`,
    );
  }
  checkUtf8(bytes, place, line);
  return bytes.toString('utf8');
}

/**
 * @param line number of the first line
 * @throws InputError that names the first line that is not UTF-8
 */
export function checkUtf8(bytes: Buffer, place: string, line = 1): void {
  if (isUtf8(bytes)) return;
  throw new InputError(`${place} line ${line + firstLineNotUtf8(bytes)}: not UTF-8; save the file as UTF-8`);
}

/**
 * Decodes a whole content: UTF-8 or UTF-16, with or without a byte order mark, optionally gzipped.
 *
 * @throws InputError for anything else, with its kind or the line
 */
export function decodeText(content: Uint8Array, place: string): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const plain = kindOfContent(bytes) === 'gzip' ? unpackGzip(bytes, place) : bytes;
  return decodeUtf8(withoutMark(toUtf8(plain, place)(plain, true)), place);
}

/** Returns the number of line feeds before a byte offset. */
function lineOf(bytes: Buffer, place: number): number {
  let line = 0;
  for (let end = bytes.indexOf(10); end >= 0 && end < place; end = bytes.indexOf(10, end + 1)) line++;
  return line;
}

function firstLineNotUtf8(bytes: Buffer): number {
  for (let line = 0, start = 0; ; line++) {
    const end = bytes.indexOf(10, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
