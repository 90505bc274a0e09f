import { InputError } from '../../foundation';
import { type Figure, formatNumber, formatPercent } from '../figure';
import { chooseLabels } from '../shown-labels';
import { confusionCells, MOST_WITH_SHARES } from './confusion-cells';
import type { MatrixCell } from './matrix';

/**
 * Draws the confusion matrix of labels from `classConfusion`. Of more than 30 labels, the most confused ones are shown.
 *
 * @param confusion counts, "none" last // [gold labels + 1][predicted labels + 1]
 * @param labels in the order of the matrix
 * @param couldBe whether any source is annotated for both labels; pairs that could not be confused have a dash
 */
export function confusionMatrix(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  couldBe: (gold: string, predicted: string) => boolean = () => true,
): Figure {
  const all = labels.length + 1;
  if (confusion.length !== all || confusion.some((row) => row.length !== all))
    throw new InputError(
      `a confusion of ${labels.length} labels has ${all} rows and columns, not ${confusion.length}; give the labels in the order of classConfusion`,
    );
  const placeOf = new Map(labels.map((label, place) => [label, place]));
  const { shown, note } = chooseLabels(labels, {
    weight: (label) => mistakes(confusion, placeOf.get(label)!),
    which: 'the most confused ones',
  });
  const places = [...shown.map((label) => placeOf.get(label)!), labels.length];
  const isWide = shown.length > MOST_WITH_SHARES;
  const cells = places.map((gold) => {
    const total = confusion[gold].reduce((sum, count) => sum + count, 0);
    return places.map((predicted): MatrixCell => {
      const count = confusion[gold][predicted];
      const isOutside = gold === labels.length;
      const isPair = !isOutside && predicted < labels.length;
      if (isPair && !couldBe(labels[gold], labels[predicted])) return { text: '–', strength: null };
      if (isOutside && predicted === labels.length) return { text: '', strength: null };
      // Spurious mentions have no share, since they have no gold mention.
      const strength = isOutside || total === 0 ? null : count / total;
      if (isWide) return { text: count === 0 ? '' : formatNumber(count), strength };
      const share = count === 0 || isOutside ? '' : ` (${formatPercent(count / total)})`;
      return { text: `${formatNumber(count)}${share}`, strength };
    });
  });
  return {
    ...confusionCells(cells, {
      rows: [...shown, 'none (spurious)'],
      columns: [...shown, 'none (missed)'],
      upright: isWide,
    }),
    title: titleOf(confusion),
    reading: reading(confusion, labels, isWide) + note,
  };
}

/** Shares of the gold mentions that are missed, or get another label. */
function titleOf(confusion: readonly (readonly number[])[]): string {
  const gold = confusion.slice(0, -1);
  const sumOf = (count: (row: readonly number[], place: number) => number) =>
    gold.reduce((sum, row, place) => sum + count(row, place), 0);
  const all = sumOf((row) => row.reduce((sum, count) => sum + count, 0));
  if (all === 0) return 'No gold mentions';
  const missed = sumOf((row) => row.at(-1)!);
  const confused = all - missed - sumOf((row, place) => row[place]);
  return `${formatPercent(missed / all)} of the gold mentions are missed, ${formatPercent(confused / all)} get another label`;
}

/** Number of times a label was confused with others, in either direction. */
function mistakes(confusion: readonly (readonly number[])[], place: number): number {
  return confusion
    .slice(0, -1)
    .reduce((sum, row, other) => sum + (other === place ? 0 : row[place] + confusion[place][other]), 0);
}

function reading(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  isWide: boolean,
): string {
  let [most, gold, predicted] = [0, 0, 0];
  labels.forEach((_, row) => {
    labels.forEach((__, column) => {
      if (row === column || confusion[row][column] <= most) return;
      [most, gold, predicted] = [confusion[row][column], row, column];
    });
  });
  const explanation = isWide
    ? 'Number of mentions, shaded by share of the gold label, whatever their borders'
    : 'Number of mentions, with their share of the gold label in brackets, whatever their borders';
  if (most === 0) return `${explanation}; no labels were confused.`;
  return `${explanation}; most often ${labels[gold]} was predicted as ${labels[predicted]} (${formatNumber(most)}).`;
}
