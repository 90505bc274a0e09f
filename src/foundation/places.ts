import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that holds package.json, whether the code runs from `dist/` or from an installed copy. */
export const projectRoot = resolve(__dirname, '..', '..');

/** Where downloads and other things that can be had again are kept; `FALCONFRAMES_CACHE` moves it. */
export function cacheFolder(): string {
  return process.env.FALCONFRAMES_CACHE
    ? resolve(process.env.FALCONFRAMES_CACHE)
    : join(projectRoot, '.falconframes', 'cache');
}

/** A local copy of the public corpora named by `FALCONFRAMES_MIRROR`, or undefined where there is none. */
export function mirrorFolder(): string | undefined {
  const folder = process.env.FALCONFRAMES_MIRROR;
  return folder && existsSync(folder) ? resolve(folder) : undefined;
}
