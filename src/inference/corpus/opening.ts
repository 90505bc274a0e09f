import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { type ContentKind, kindOfContent, toUtf8 } from '../../foundation';
import { type FilePath, fsPath } from './file-path';

/** The format of a content by its first bytes, decompressed if it is gzip. */
export interface Opening {
  kind: ContentKind;
  /** The first characters, decompressed. */
  text: string;
  isGzip: boolean;
  /** Whether the text is UTF-16; `kind` and `text` are then those of its UTF-8 form. */
  isUtf16: boolean;
}

/** Bytes, enough for a DOCTYPE or a licence in a comment before the first element. */
export const OPENING = 1 << 14;

export function kindOfFile(path: FilePath): Opening {
  const bytes = Buffer.allocUnsafe(OPENING);
  const file = openSync(fsPath(path), 'r');
  try {
    return openingOf(bytes.subarray(0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}

export function openingOf(bytes: Uint8Array): Opening {
  const isPacked = isGzip(bytes);
  const unpacked = isPacked ? unpackedOpening(bytes) : bytes;
  const kind = kindOfContent(unpacked);
  const isUtf16 = kind === 'utf-16';
  const opening = Buffer.from(unpacked.buffer, unpacked.byteOffset, Math.min(unpacked.length, OPENING));
  const plain = isUtf16 ? openingOfUtf16(opening) : opening;
  const text = plain.toString('utf8').replace(/^\ufeff/, '');
  return { kind: isUtf16 ? kindOfContent(plain) : kind, text: text.trimStart(), isGzip: isPacked, isUtf16 };
}

/** Converts the opening to UTF-8; empty if it cannot be decoded, which its reader reports. */
function openingOfUtf16(bytes: Buffer): Buffer {
  try {
    return toUtf8(bytes, '')(bytes, false);
  } catch {
    return Buffer.alloc(0);
  }
}

export function isGzip(content: Uint8Array): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

/** Decompresses the available beginning of a gzip file; empty if it is damaged, which its reader reports. */
function unpackedOpening(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 26 });
  } catch {
    return new Uint8Array(0);
  }
}
