import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** The folder that contains package.json, whether the code runs from `dist/` or from an installed copy. */
export const projectRoot = resolve(__dirname, '..', '..');

/** Whether npm installed this copy. npm empties its folder on every update, so nothing permanent is written there. */
const isInstalled = basename(dirname(projectRoot)) === 'node_modules';

/**
 * Returns the folder for downloads and other reproducible files. Set by `FALCONFRAMES_CACHE`; by default `.falconframes/cache` in
 * the project, or for an installed copy the user's cache (`~/.cache/falconframes`).
 */
export function cacheFolder(): string {
  if (process.env.FALCONFRAMES_CACHE) return resolve(process.env.FALCONFRAMES_CACHE);
  if (isInstalled) return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'falconframes');
  return join(projectRoot, '.falconframes', 'cache');
}

/**
 * Returns the folder for files made by the set-up: `.falconframes` in the project, or the cache for an installed copy.
 * environment/places.mjs returns the same.
 */
export function workFolder(): string {
  return isInstalled ? cacheFolder() : join(projectRoot, '.falconframes');
}

/** Returns the folder where the set-up puts the pretrained encoders listed in models/registry.json. */
export function encodersFolder(): string {
  return join(isInstalled ? workFolder() : join(projectRoot, 'models'), 'pretrained');
}

/** Returns the local copy of the public corpora set by `FALCONFRAMES_MIRROR`, if any. */
export function mirrorFolder(): string | undefined {
  const folder = process.env.FALCONFRAMES_MIRROR;
  return folder && existsSync(folder) ? resolve(folder) : undefined;
}

/** Returns the files of a folder of the mirror, in the order of their names; none without a mirror. */
export function mirrorFiles(folder: string, ending: string): string[] {
  const path = join(mirrorFolder() ?? '', folder);
  if (mirrorFolder() === undefined || !existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(path, name));
}
