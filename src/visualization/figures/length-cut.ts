import { InputError } from '../../foundation';
import { type Figure, formatNumber, formatPercent } from '../figure';
import { type LengthOptions, sentenceLengths } from './sentence-lengths';

/** `longestInput` is the cut: what is longer loses its end. */
export type CutOptions = Pick<LengthOptions, 'items' | 'labels'> & { unit?: string; longestInput: number };

/**
 * Histograms of lengths with a line at the longest input of the model. The title says what share of the texts is cut there, and what
 * share of all sub-words is lost.
 *
 * @param series lengths of uncut texts, one panel each
 * @throws InputError without lengths, or if the longest input is not above zero
 * @example
 * histogramWithCut([{ name: 'train', lengths: [40, 70, 120] }], { longestInput: 64 });
 */
export function histogramWithCut(
  series: readonly { name: string; lengths: readonly number[] }[],
  { unit = 'sub-words', items = 'texts', longestInput, labels }: CutOptions,
): Figure {
  if (!(longestInput > 0)) throw new InputError(`The longest input is ${longestInput}; give one above zero`);
  const lengths = series.flatMap(({ lengths }) => lengths);
  if (lengths.length === 0)
    throw new InputError(`There are no lengths of ${items} to draw; give at least one`);
  let [cut, lost, total] = [0, 0, 0];
  for (const length of lengths) {
    total += length;
    lost += Math.max(0, length - longestInput);
    if (length > longestInput) cut++;
  }
  const share = (part: number, whole: number) => formatPercent(whole ? part / whole : 0);
  return sentenceLengths(series, {
    ...{ unit, items, longestInput, labels },
    title: cut
      ? `A cut at ${formatNumber(longestInput)} ${unit} shortens ${share(cut, lengths.length)} of the ${items} and loses ${share(lost, total)} of the ${unit}`
      : `A cut at ${formatNumber(longestInput)} ${unit} loses nothing`,
  });
}
