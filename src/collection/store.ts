import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nameOfLeftover, writeFileAtomically } from '../foundation';
import { type CollectedArticle, readCollectedArticle } from './article';
import { flawOf } from './flaws';
import { isPmcid } from './ids';
import { Unobtainable } from './unobtainable';

export function articlePath(folder: string, pmcid: string): string {
  return join(folder, 'articles', `${pmcid}.json`);
}

/**
 * Writes an article with reproducible bytes: keys in fixed order, no times.
 *
 * @throws Unobtainable if something other than a regular file has its name, such as a link, which might lead elsewhere
 */
export function storeArticle(
  folder: string,
  { pmcid, source, types, fullText, annotations, leftOut = {} }: CollectedArticle,
): void {
  const path = articlePath(folder, pmcid);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new Unobtainable(`${pmcid}.json is there but is not a regular file; remove it`, 'never');
  const flaws = Object.keys(leftOut).length > 0 ? { leftOut } : {};
  const content = JSON.stringify({ pmcid, source, types, fullText, annotations, ...flaws });
  writeFileAtomically(path, `${content}\n`);
}

/** Returns the stored article if it exists, is undamaged, and was collected from the same source for the same classes. */
export function storedArticle(
  folder: string,
  pmcid: string,
  source: string,
  types: readonly string[],
): CollectedArticle | undefined {
  const path = articlePath(folder, pmcid);
  if (!existsSync(path)) return undefined;
  try {
    const { damagedAnnotations, ...article } = readCollectedArticle(path);
    const isSame =
      article.pmcid === pmcid && article.source === source && article.types.join() === types.join();
    const isWhole =
      damagedAnnotations === 0 &&
      article.annotations.every((one) => isAmong(one.type, types) && flawOf(one) === undefined) &&
      areCounts(article.leftOut ?? {});
    return isSame && isWhole ? article : undefined;
  } catch {
    return undefined; // damaged: collected again
  }
}

function isAmong(type: string, types: readonly string[]): boolean {
  return types.includes(type);
}

function areCounts(leftOut: unknown): boolean {
  return (
    typeof leftOut === 'object' &&
    leftOut !== null &&
    Object.values(leftOut).every((count) => Number.isSafeInteger(count) && count > 0)
  );
}

/** PMCIDs of all files under `articles/`. */
export function storedPmcids(folder: string): string[] {
  const articles = join(folder, 'articles');
  const names = existsSync(articles) ? readdirSync(articles) : [];
  return names.flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []).filter(isPmcid);
}

/** Deletes the temporary files of a run that was killed while writing an article or the manifest. */
export function removeLeftovers(folder: string): void {
  for (const place of [folder, join(folder, 'articles')]) {
    const names = existsSync(place) ? readdirSync(place) : [];
    for (const name of names) {
      const path = join(place, name);
      if (/^(PMC\d+|manifest)\.json$/.test(nameOfLeftover(name) ?? '') && lstatSync(path).isFile())
        rmSync(path, { force: true });
    }
  }
}
