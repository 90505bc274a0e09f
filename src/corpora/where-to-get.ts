import { InputError } from '../foundation';
import { type Place, placeOf } from './locate';
import { sourceNamed } from './sources';
import { verifySource } from './verify';

/** Sources of texts to classify that are too large to come with the package: the Gene Ontology, and Web of Science abstracts. */
export type TextSource = 'go' | 'wos';

/**
 * Says in one sentence what to download for a source, from where, how large it is and what to do with it. Nothing is downloaded
 * automatically: the publishers offer no fixed files whose checksum could be pinned here.
 *
 * @example
 * ```ts
 * whereToGet('go');
 * // 'download the Gene Ontology from http://purl.obolibrary.org/obo/go/go-basic.obo (about 30 MB) and give go-basic.obo as `file`, …'
 * ```
 */
export function whereToGet(name: TextSource): string {
  const { folder, original } = sourceNamed(name);
  const { title, address, size, use } = original!;
  return `download ${title} from ${address} (${size}) and ${use}, or set FALCONFRAMES_MIRROR to a folder that has "${folder}" in it`;
}

/** `auto` takes real data where it is at hand, else the sample of the package; `gold` throws if it is not, `sample` looks nowhere else. */
export type TextData = 'auto' | 'gold' | 'sample';

/** Describes that a study needs data that is not there. */
export function missingData(name: TextSource): InputError {
  return new InputError(`${sourceNamed(name).title}: not found; ${whereToGet(name)}`);
}

/**
 * Reads a source from the mirror or the cache, then verifies its files; undefined if it is in neither. Read before verifying, so that
 * malformed content is reported with its line.
 */
export function readTextSource<T>(name: TextSource, read: (place: Place) => T): T | undefined {
  const source = sourceNamed(name);
  const place = placeOf(source);
  if (!place) return undefined;
  const content = read(place);
  verifySource(source, place.folder);
  return content;
}
