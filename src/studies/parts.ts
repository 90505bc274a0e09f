import { join } from 'node:path';
import type { TextSplit } from '../corpora';
import { createRandom, InputError, type LabelledText, writeLabelledTexts } from '../foundation';

/** Seed of the order in which texts are drawn, the same in all runs: runs with other seeds differ in training, not in their data. */
const DRAWING_SEED = 42;

/** The texts of a run and the files that trainings read. */
export interface StudyParts<T extends LabelledText> {
  train: T[];
  dev: T[];
  test: T[];
  files: { train: string; dev: string; test: string };
  /** Training files by number of texts, each a part of the next larger one. */
  bySize: ReadonlyMap<number, string>;
}

/**
 * Draws the texts of a run from a split, and writes them as JSONL files.
 *
 * @param folder receives the files
 * @param most numbers of texts at most, and as `sizes` the numbers of training texts of a learning curve, which is drawn from the whole
 * train part (Infinity for all of it); the same numbers give the same texts in every run
 */
export function drawParts<T extends LabelledText>(
  folder: string,
  split: Pick<TextSplit<T>, 'train' | 'dev' | 'test'>,
  most: { train: number; test: number; sizes?: readonly number[] },
): StudyParts<T> {
  const draw = (texts: readonly T[], count: number) =>
    createRandom(DRAWING_SEED).shuffle(texts).slice(0, count);
  const parts = {
    train: draw(split.train, most.train),
    dev: draw(split.dev, Number.POSITIVE_INFINITY),
    test: draw(split.test, most.test),
  };
  for (const [part, texts] of Object.entries(parts))
    if (texts.length === 0)
      throw new InputError(`the ${part} part has no texts; split the corpus into train, dev and test`);
  const write = (name: string, texts: readonly T[]): string => {
    const path = join(folder, `${name}.jsonl`);
    writeLabelledTexts(path, texts);
    return path;
  };
  const bySize = [...new Set((most.sizes ?? []).map((size) => Math.min(size, split.train.length)))].map(
    (size): [number, string] => [size, write(`train-${size}`, draw(split.train, size))],
  );
  const files = {
    train: write('train', parts.train),
    dev: write('dev', parts.dev),
    test: write('test', parts.test),
  };
  return { ...parts, files, bySize: new Map(bySize) };
}
