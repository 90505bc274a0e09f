import { createHash } from 'node:crypto';
import { InputError } from '../../foundation';
import { readContent } from './file-content';
import type { Source } from './sources';

/** Bytes of a fingerprint, enough that no two contents share one. */
export const FINGERPRINT = 16;

/** A hash of the id and content of a source; for a file, of its bytes on disk. */
export function fingerprintOf(
  source: Source,
  content: Uint8Array | InputError | undefined = readContent(source),
): Buffer {
  const hash = createHash('sha256').update(`${source.kind}\0`);
  switch (source.kind) {
    case 'damaged':
      hash.update(source.reason);
      break;
    case 'document':
      hash.update(`${source.id}\0${source.text}`);
      break;
    case 'sentences':
      hash.update(JSON.stringify([source.article, source.sentences]));
      break;
    case 'content':
      hash.update(`${source.id}\0`).update(source.content);
      break;
    case 'file':
      hash.update(`${source.id}\0`).update(content instanceof InputError ? content.message : content!);
  }
  return hash.digest().subarray(0, FINGERPRINT);
}
