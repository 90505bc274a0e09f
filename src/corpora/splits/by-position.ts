import { InputError, type LabelledText } from '../../foundation';
import { countShared, intoTextParts, nameLabels, type TextSplit } from './text-split';

/**
 * Splits texts as they stand: the first are train, the next dev, the next test. Texts after these are in no part. Where the order of a
 * file goes by label or topic, the parts have other mixtures of labels; `notices` says so, and counts texts that are in two parts.
 *
 * @param sizes number of texts
 * @throws InputError if there are fewer texts
 * @example splitByPosition(texts, { train: 46_000, test: 985 })
 */
export function splitByPosition<T extends LabelledText>(
  texts: readonly T[],
  { train, dev = 0, test }: { train: number; dev?: number; test: number },
): TextSplit<T> {
  const sizes = [train, dev, test];
  const all = train + dev + test;
  if (!sizes.every((size) => Number.isInteger(size) && size >= 0))
    throw new InputError(`the sizes ${sizes.join(', ')} are not whole numbers; give numbers of texts`);
  if (all > texts.length)
    throw new InputError(
      `${train} + ${dev} + ${test} = ${all} texts are asked for, and there are ${texts.length}; give smaller parts`,
    );
  const split = intoTextParts(
    texts,
    texts.map((_, index) =>
      index < train ? 'train' : index < train + dev ? 'dev' : index < all ? 'test' : undefined,
    ),
  );
  if (all < texts.length) split.notices.push(`${texts.length - all} texts at the end are in no part.`);
  const shared = countShared(split);
  for (const part of ['dev', 'test'] as const)
    if (shared[part] > 0)
      split.notices.push(`${shared[part]} of ${split[part].length} ${part} texts are also in another part.`);
  const absent = Object.keys(split.counts).filter((label) => test > 0 && split.counts[label].test === 0);
  if (absent.length > 0)
    split.notices.push(`Labels without a text in test (${absent.length}): ${nameLabels(absent)}.`);
  return split;
}
