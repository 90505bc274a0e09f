import { createRandom, readTextFile } from '../../foundation';

/**
 * Reads unlabelled items from text files with one paragraph per line: at most `most`, sampled with the seed.
 *
 * @param itemsOf splits a paragraph into the items of a task
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
