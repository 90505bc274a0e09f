import { createRandom, InputError, type LabelledText, type Random } from '../../foundation';
import type { Part } from '../parts';
import { intoTextParts, keyOfText, nameLabels, type TextSplit } from './text-split';

/** Fractions of the texts, which add up to 1. */
export interface Shares {
  train: number;
  dev?: number;
  test: number;
}

/**
 * Splits texts at random so that every part has the same mixture of labels. Texts that are equal but for white space stay together and
 * count as one; if their labels differ, the first decides. Texts with several labels are stratified by the combination of their labels.
 *
 * The sizes of dev and test are their shares of all texts, rounded; which labels are rounded up is settled by the largest remainders.
 * Each label keeps at least one text in train, unless its texts repeat those of another label; a label with a single text is in train
 * alone, and `notices` names it.
 *
 * @param seed the same texts and the same seed give the same parts
 * @throws InputError if the shares do not add up to 1, or a part would be empty
 * @example
 * ```ts
 * const { train, dev, test, counts } = splitTexts(texts, { shares: { train: 0.8, dev: 0.1, test: 0.1 }, seed: 1 });
 * counts.Psychology; // { train: 480, dev: 60, test: 60 }
 * ```
 */
export function splitTexts<T extends LabelledText>(
  texts: readonly T[],
  { shares, seed }: { shares: Shares; seed: number },
): TextSplit<T> {
  checkShares(shares);
  const random = createRandom(seed);
  const groups = groupEqual(texts);
  const strata = stratify(texts, groups).map((stratum) => random.shuffle(stratum));
  const parts: Part[] = Array(texts.length).fill('train');
  for (const part of ['test', 'dev'] as const) {
    const share = shares[part] ?? 0;
    const quotas = allot(
      strata.map((stratum) => share * stratum.length),
      strata.map((stratum) => stratum.filter(([first]) => parts[first] === 'train').length - 1),
      Math.round(share * groups.length),
      random,
    );
    for (const [index, stratum] of strata.entries()) {
      const free = stratum.filter(([first]) => parts[first] === 'train');
      for (const member of free.slice(0, quotas[index]).flat()) parts[member] = part;
    }
  }
  const split = intoTextParts(texts, parts);
  for (const part of ['train', 'dev', 'test'] as const)
    if ((shares[part] ?? 0) > 0 && split[part].length === 0)
      throw new InputError(
        `${texts.length} texts of ${strata.length} labels are too few for a ${part} part of ${shares[part]}; give more texts, or a larger share`,
      );
  split.notices.push(...noticesOf(texts, groups, split));
  return split;
}

function checkShares({ train, dev = 0, test }: Shares): void {
  const isShare = (share: number) => Number.isFinite(share) && share >= 0 && share <= 1;
  if (![train, dev, test].every(isShare) || Math.abs(train + dev + test - 1) > 1e-9)
    throw new InputError(
      `the shares ${train} (train), ${dev} (dev) and ${test} (test) do not add up to 1; give fractions such as 0.8, 0.1 and 0.1`,
    );
}

/** Returns the places of equal texts, one list per distinct text. */
function groupEqual(texts: readonly LabelledText[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [index, { text }] of texts.entries()) {
    const key = keyOfText(text);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()];
}

const stratumOf = ({ labels }: LabelledText): string => JSON.stringify([...labels].sort());

/** Returns the groups of each stratum, in alphabetical order of the labels. */
function stratify(texts: readonly LabelledText[], groups: readonly number[][]): number[][][] {
  const strata = new Map<string, number[][]>();
  for (const group of groups) {
    const stratum = stratumOf(texts[group[0]]);
    if (!strata.has(stratum)) strata.set(stratum, []);
    strata.get(stratum)!.push(group);
  }
  return [...strata].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, members]) => members);
}

/**
 * Distributes `total` over strata in proportion to `wanted` by the method of the largest remainder; equal remainders in random order.
 * No stratum gets more than `most`, so the sum may stay below `total`.
 */
function allot(wanted: readonly number[], most: readonly number[], total: number, random: Random): number[] {
  const quotas = wanted.map((share, index) => Math.min(Math.floor(share), most[index]));
  let left = total - quotas.reduce((sum, quota) => sum + quota, 0);
  const order = random
    .shuffle([...wanted.keys()])
    .sort((one, other) => (wanted[other] % 1) - (wanted[one] % 1))
    .filter((index) => wanted[index] > 0);
  for (const index of order) {
    if (left <= 0) break;
    if (quotas[index] >= most[index]) continue;
    quotas[index]++;
    left--;
  }
  return quotas;
}

function noticesOf(
  texts: readonly LabelledText[],
  groups: readonly number[][],
  { counts, test }: TextSplit,
): string[] {
  const notices: string[] = [];
  const repeated = texts.length - groups.length;
  if (repeated > 0)
    notices.push(`${repeated} of ${texts.length} texts repeat another one and are in the same part as it.`);
  const contradicting = groups.filter(
    (group) => new Set(group.map((index) => stratumOf(texts[index]))).size > 1,
  ).length;
  if (contradicting > 0) notices.push(`Texts that occur under different labels: ${contradicting}.`);
  const labels = Object.entries(counts).map(([label, { train, dev, test }]) => ({
    label,
    train,
    test,
    all: train + dev + test,
  }));
  const single = labels.filter(({ all, train }) => all === 1 && train === 1).map(({ label }) => label);
  if (single.length > 0)
    notices.push(`Labels with a single text are in train alone (${single.length}): ${nameLabels(single)}.`);
  const untrained = labels.filter(({ train }) => train === 0).map(({ label }) => label);
  if (untrained.length > 0)
    notices.push(
      `Labels without a text in train, as theirs repeat texts of other labels (${untrained.length}): ${nameLabels(untrained)}.`,
    );
  const untested = labels.filter((row) => row.all > 1 && row.test === 0).map(({ label }) => label);
  if (test.length > 0 && untested.length > 0)
    notices.push(`Labels too rare for the test part (${untested.length}): ${nameLabels(untested)}.`);
  return notices;
}
