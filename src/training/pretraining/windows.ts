import { createRandom, InputError, readTextFile } from '../../foundation';
import { jatsToParagraphs } from '../../preprocessing';
import { prepareTexts, type TextExample } from '../../tasks';
import type { Tokenizer } from '../../tokenization';
import type { PretrainingConfiguration } from './schema';

/** Unlabelled text in windows of tokens. */
export interface TextWindows {
  train: TextExample[];
  /** To evaluate the network on text that it has not seen. */
  heldOut: TextExample[];
}

/** One window in this many is held out, at most so many: a loss measured on more is hardly more precise. */
const HELD_OUT_EVERY = 20;
const MOST_HELD_OUT = 1_000;

/**
 * Reads text files as windows: of each paragraph, as many as its tokens fill. At most `maximumTexts` are taken, sampled with the seed.
 *
 * @throws InputError for a file that cannot be read, or too little text
 */
export async function readWindows(
  { text, maximumTexts, seed }: Pick<PretrainingConfiguration, 'text' | 'maximumTexts' | 'seed'>,
  tokenizer: Tokenizer,
  maximumLength: number,
): Promise<TextWindows> {
  const all = await prepareTexts(text.flatMap(readParagraphs), tokenizer, maximumLength);
  const windows =
    maximumTexts !== null && all.length > maximumTexts
      ? createRandom(seed).shuffle(all).slice(0, maximumTexts)
      : all;
  const isHeldOut = (_: TextExample, index: number) =>
    index % HELD_OUT_EVERY === 0 && index < HELD_OUT_EVERY * MOST_HELD_OUT;
  const train = windows.filter((one, index) => !isHeldOut(one, index));
  if (train.length === 0)
    throw new InputError(
      maximumTexts !== null && all.length > maximumTexts
        ? `"maximumTexts" is ${maximumTexts}, and one text in ${HELD_OUT_EVERY} is held out, so none is left to train on; raise it`
        : `${text.join(', ')}: has too little text to train on (windows of at least 8 tokens: ${windows.length}); give more`,
    );
  return { train, heldOut: windows.filter(isHeldOut) };
}

function readParagraphs(path: string): string[] {
  const content = readTextFile(path);
  if (/\.n?xml$/i.test(path)) return jatsToParagraphs(content, path).map(({ text }) => text);
  return content.split('\n').filter((line) => line.trim() !== '');
}
