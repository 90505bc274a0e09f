import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { type ContentKind, kindOfContent } from '../../foundation';
import type { FilePath } from './sources';

/** What a content is, by its first bytes; of gzip what is in it. */
export interface Opening {
  kind: ContentKind;
  /** The first characters, unpacked. */
  text: string;
  isGzip: boolean;
}

/** Enough for a DOCTYPE or a licence in a comment before the first element. Bytes. */
export const OPENING = 1 << 14;

export function kindOfFile(path: FilePath): Opening {
  const bytes = Buffer.allocUnsafe(OPENING);
  const file = openSync(typeof path === 'string' ? path : Buffer.from(path), 'r');
  try {
    return openingOf(bytes.subarray(0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}

export function openingOf(bytes: Uint8Array): Opening {
  const isPacked = isGzip(bytes);
  const plain = isPacked ? unpackedOpening(bytes) : bytes;
  const text = Buffer.from(plain.buffer, plain.byteOffset, Math.min(plain.length, OPENING)).toString('utf8');
  return { kind: kindOfContent(plain), text: text.replace(/^\ufeff/, '').trimStart(), isGzip: isPacked };
}

export function isGzip(content: Uint8Array): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

/** Of gzip that is cut off, as a part always is, what can be unpacked; nothing of what is damaged, which its reader reports. */
function unpackedOpening(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 26 });
  } catch {
    return new Uint8Array(0);
  }
}
