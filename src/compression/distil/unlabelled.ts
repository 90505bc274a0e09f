import { createRandom, readTextFile } from '../../foundation';

/**
 * Items of text files, a paragraph per line, of which nothing is known. At most `most` of them, sampled with the seed.
 *
 * @param itemsOf what a task makes of a paragraph
 */
export function readUnlabelled<Item>(
  files: readonly string[],
  itemsOf: (paragraph: string, place: string) => Item[],
  { most, seed }: { most: number; seed: number },
): Item[] {
  const items = files.flatMap((file) =>
    readTextFile(file)
      .split('\n')
      .flatMap((paragraph) => itemsOf(paragraph, file)),
  );
  return items.length > most ? createRandom(seed).shuffle(items).slice(0, most) : items;
}
