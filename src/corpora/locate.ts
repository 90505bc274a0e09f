import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, mirrorFolder } from '../foundation';
import { downloadSource } from './download';
import { CORPUS_NAMES, type CorpusName } from './registry';
import { type Source, sourceNamed } from './sources';
import { verifySource } from './verify';

export interface Place {
  kind: 'mirror' | 'cache';
  folder: string;
}

/** Returns where a source is available: the folder named by FALCONFRAMES_MIRROR first, then the cache. Downloads and verifies nothing. */
export function placeOf(source: Source): Place | undefined {
  const mirror = mirrorFolder();
  const places: Place[] = [
    ...(mirror ? [{ kind: 'mirror' as const, folder: join(mirror, source.folder) }] : []),
    { kind: 'cache', folder: cachedFolder(source) },
  ];
  return places.find(({ folder }) => existsSync(folder));
}

/** Returns the folder of a source, downloading it if it is neither in the mirror nor in the cache; not verified. */
export async function findSource(source: Source): Promise<Place> {
  const place = placeOf(source);
  if (place) return place;
  await downloadSource(source, cachedFolder(source));
  return { kind: 'cache', folder: cachedFolder(source) };
}

/** Returns the folder of a corpus, found or downloaded, with its files verified; throws InputError like `loadCorpus`. */
export async function locateCorpus(name: CorpusName): Promise<Place> {
  const source = sourceNamed(name);
  const place = await findSource(source);
  verifySource(source, place.folder);
  return place;
}

/** Returns where each corpus is now; downloads and verifies nothing. */
export function availableCorpora(): {
  name: CorpusName;
  where: 'mirror' | 'cache' | 'absent';
  folder?: string;
}[] {
  return CORPUS_NAMES.map((name) => {
    const place = placeOf(sourceNamed(name));
    return place ? { name, where: place.kind, folder: place.folder } : { name, where: 'absent' };
  });
}

function cachedFolder(source: Source): string {
  return join(cacheFolder(), 'sources', source.folder);
}
