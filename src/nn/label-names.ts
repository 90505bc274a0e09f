import { describeJson, InputError, isLabel } from '../foundation';
import { type LabelScheme, outputNames, parseTag, type TagSet, type WordRule } from '../tokenization';
import type { Json } from './encoder-configuration';

/** Returns the labels that `id2label` names in a scheme, and the row of each of `savedLabels` if they are in another order. */
export function readTagSet(
  names: readonly string[],
  scheme: LabelScheme,
  words: WordRule | undefined,
  path: string,
): { tagSet: TagSet; rows: number[] | undefined } {
  refuseTwice(names, path);
  const labels =
    scheme === 'token'
      ? names.filter((name) => name !== 'O')
      : [...new Set(names.map((name) => parseTag(name).label))].filter((label) => label !== '');
  if (labels.length === 0)
    throw new InputError(
      `${path}: "id2label" names no label but ${names.join(', ') || 'none at all'}; give the labels that the model was trained on`,
    );
  const tagSet: TagSet = { scheme, labels, ...(scheme === 'exclusive' && words && { words }) };
  const expected = savedLabels(tagSet);
  const missing = expected.find((name) => !names.includes(name));
  if (missing === undefined && names.length === expected.length) {
    const rows = expected.map((name) => names.indexOf(name));
    return { tagSet, rows: rows.every((row, index) => row === index) ? undefined : rows };
  }
  if (scheme === 'exclusive') return { tagSet: { ...tagSet, tags: names }, rows: undefined };
  const extra = names.find((name) => !expected.includes(name));
  throw new InputError(
    `${path}: "id2label" ${missing === undefined ? `has ${describeJson(extra)}` : `lacks ${describeJson(missing)}`}; in the scheme "${scheme}" the rows of its labels are ${expected.join(', ')}, each once`,
  );
}

export function refuseTwice(names: readonly string[], path: string): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new InputError(
      `${path}: "id2label" names ${describeJson(twice)} twice; each row needs a distinct name`,
    );
}

/** Returns the labels of `id2label` in the order of their numbers, which must be 0, 1, 2 …; Python's defaults if it is absent. */
export function readLabels({ id2label, num_labels: count }: Json, path: string): string[] {
  if (id2label === undefined) {
    const rows =
      count === undefined ? 2 : Number.isSafeInteger(count) ? Math.min(Number(count), MOST_LABELS) : 0;
    return Array.from({ length: rows }, (_, row) => `LABEL_${row}`);
  }
  const entries = typeof id2label === 'object' && id2label !== null ? Object.entries(id2label) : [];
  const labels = new Array<string>(entries.length);
  for (const [number, label] of entries) {
    const place = Number(number);
    if (!/^\d+$/.test(number) || place >= entries.length || labels[place] !== undefined || !isLabel(label))
      throw new InputError(
        `${path}: "id2label" of ${describeJson(number)} is ${describeJson(label)}; it must give a name to each number from 0 on`,
      );
    labels[place] = label;
  }
  if (labels.length === 0)
    throw new InputError(`${path}: "id2label" names no label; give a name to each row of the head`);
  return labels;
}

const MOST_LABELS = 100_000;

/**
 * Returns the labels of the saved head. If labels may overlap, `O` is at index 0 with zero weights: its logit is always 0, sigmoid
 * 0.5, so an ordinary softmax-argmax pipeline produces the tags of our sigmoids at threshold 0.5. An exclusive tagger has learned
 * its `O`.
 */
export function savedLabels(tagSet: TagSet): readonly string[] {
  return tagSet.scheme === 'exclusive' ? outputNames(tagSet) : ['O', ...outputNames(tagSet)];
}
