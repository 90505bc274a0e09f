import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** The folder that holds package.json, whether the code runs from `dist/` or from an installed copy. */
export const projectRoot = resolve(__dirname, '..', '..');

/** Whether npm installed this copy. npm empties its folder with every update, so nothing that should last is written there. */
const isInstalled = basename(dirname(projectRoot)) === 'node_modules';

/**
 * Where downloads and other things that can be had again are kept. `FALCONFRAMES_CACHE` moves it; else `.falconframes/cache` of the
 * project, or of an installed copy the user's cache (`~/.cache/falconframes`).
 */
export function cacheFolder(): string {
  if (process.env.FALCONFRAMES_CACHE) return resolve(process.env.FALCONFRAMES_CACHE);
  if (isInstalled) return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'falconframes');
  return join(projectRoot, '.falconframes', 'cache');
}

/** What the set-up makes beside the package: `.falconframes` of the project, or of an installed copy the cache. environment/places.mjs has the same. */
export function workFolder(): string {
  return isInstalled ? cacheFolder() : join(projectRoot, '.falconframes');
}

/** Where the set-up puts the pretrained encoders that models/registry.json lists. */
export function encodersFolder(): string {
  return join(isInstalled ? workFolder() : join(projectRoot, 'models'), 'pretrained');
}

/** A local copy of the public corpora named by `FALCONFRAMES_MIRROR`, or undefined where there is none. */
export function mirrorFolder(): string | undefined {
  const folder = process.env.FALCONFRAMES_MIRROR;
  return folder && existsSync(folder) ? resolve(folder) : undefined;
}
