import type { LabelledText } from '../../foundation';
import { PARTS, type Part } from '../parts';

/** The parts of a set of labelled texts, each in the order of the input. */
export interface TextSplit<T extends LabelledText = LabelledText> {
  train: T[];
  dev: T[];
  test: T[];
  /** Number of texts by label and part, in alphabetical order of the labels. */
  counts: Record<string, Record<Part, number>>;
  /** What a reader of the figures should know, one sentence each; empty if there is nothing. */
  notices: string[];
}

/** Groups texts by part; `undefined` leaves a text out. */
export function intoTextParts<T extends LabelledText>(
  texts: readonly T[],
  partOf: readonly (Part | undefined)[],
): TextSplit<T> {
  const split: TextSplit<T> = { train: [], dev: [], test: [], counts: {}, notices: [] };
  for (const label of [...new Set(texts.flatMap(({ labels }) => labels))].sort())
    split.counts[label] = { train: 0, dev: 0, test: 0 };
  for (const [index, text] of texts.entries()) {
    const part = partOf[index];
    if (part === undefined) continue;
    split[part].push(text);
    for (const label of text.labels) split.counts[label][part]++;
  }
  return split;
}

/** Equal texts have equal keys: white space does not count. */
export const keyOfText = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** Returns the number of texts in `test` and in `dev` that are also in a part held out less strictly. */
export function countShared(split: Pick<TextSplit, Part>): Record<'dev' | 'test', number> {
  const [train, dev] = PARTS.map((part) => new Set(split[part].map(({ text }) => keyOfText(text))));
  return {
    dev: split.dev.filter(({ text }) => train.has(keyOfText(text))).length,
    test: split.test.filter(({ text }) => train.has(keyOfText(text)) || dev.has(keyOfText(text))).length,
  };
}

/** Labels named in a notice. */
const MOST_NAMED = 10;

/** Lists labels for a notice: all of a few, the first of many. */
export function nameLabels(labels: readonly string[]): string {
  const shown = labels.slice(0, MOST_NAMED).join(', ');
  return labels.length > MOST_NAMED ? `${shown} and ${labels.length - MOST_NAMED} more` : shown;
}
