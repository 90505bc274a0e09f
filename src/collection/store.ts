import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EntityClass, nameOfLeftover, writeFileAtomically } from '../foundation';
import { type CollectedArticle, readCollectedArticle } from './article';

export function articlePath(folder: string, pmcid: string): string {
  return join(folder, 'articles', `${pmcid}.json`);
}

/** The same article gives the same bytes: keys in one order, nothing of when or how it came. */
export function storeArticle(
  folder: string,
  { pmcid, source, types, fullText, annotations }: CollectedArticle,
): void {
  const content = JSON.stringify({ pmcid, source, types, fullText, annotations });
  writeFileAtomically(articlePath(folder, pmcid), `${content}\n`);
}

/** The stored article if it is there, undamaged, and was collected from the same source for the same classes. */
export function storedArticle(
  folder: string,
  pmcid: string,
  source: string,
  types: readonly EntityClass[],
): CollectedArticle | undefined {
  const path = articlePath(folder, pmcid);
  if (!existsSync(path)) return undefined;
  try {
    const article = readCollectedArticle(path);
    const isSame =
      article.pmcid === pmcid && article.source === source && article.types.join() === types.join();
    return isSame ? article : undefined;
  } catch {
    return undefined; // damaged: collected anew
  }
}

/** PMCIDs of all files under `articles/`. */
export function storedPmcids(folder: string): string[] {
  const articles = join(folder, 'articles');
  const names = existsSync(articles) ? readdirSync(articles) : [];
  return names.flatMap((name) => /^(PMC\d+)\.json$/.exec(name)?.[1] ?? []);
}

/** Deletes what a run that was killed while it wrote an article or the manifest left. */
export function removeLeftovers(folder: string): void {
  for (const place of [folder, join(folder, 'articles')]) {
    const names = existsSync(place) ? readdirSync(place) : [];
    for (const name of names) {
      if (/^(PMC\d+|manifest)\.json$/.test(nameOfLeftover(name) ?? ''))
        rmSync(join(place, name), { force: true });
    }
  }
}

export function sha256OfStored(folder: string, pmcid: string): string {
  return createHash('sha256')
    .update(readFileSync(articlePath(folder, pmcid)))
    .digest('hex');
}
