import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, formatPercent } from '../figure';
import { NEUTRAL } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels } from '../shown-labels';
import { type MatrixCell, matrixAxis, matrixCells } from './matrix';
import { panelsInRow } from './panels';

/** Wider matrices show only counts in their cells, and vertical column names. */
const MOST_WITH_SHARES = 6;
const CELL = { width: 46, height: 26 };
/** Pixels. */
const LONGEST_NAME = 260;

/**
 * Draws the confusion matrix of labels from `classConfusion`. Of more than 30 labels, the most confused ones are shown.
 *
 * @param confusion counts, "none" last // [gold labels + 1][predicted labels + 1]
 * @param labels in the order of the matrix
 */
export function confusionMatrix(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
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
      if (isOutside && predicted === labels.length) return { text: '', strength: null };
      // Spurious mentions have no share, since they have no gold mention.
      const strength = isOutside || total === 0 ? null : count / total;
      if (isWide) return { text: count === 0 ? '' : formatNumber(count), strength };
      const share = count === 0 || isOutside ? '' : ` (${formatPercent(count / total)})`;
      return { text: `${formatNumber(count)}${share}`, strength };
    });
  });
  const [panel] = panelsInRow(['']);
  const { trace, shapes } = matrixCells(panel, cells, NEUTRAL);
  const names = (last: string) => [...shown, last].map((name) => fitText(name, LONGEST_NAME, 12.5));
  const [rows, columns] = [names('none (spurious)'), names('none (missed)')];
  const longest = (texts: readonly string[]) => Math.max(...texts.map((name) => textWidth(name, 12.5)));
  const size = places.length;
  const left = 56 + longest(rows);
  const width = Math.max(860, left + 20 + size * CELL.width);
  const isUpright = isWide || longest(columns) > (width - left - 20) / size - 8;
  const bottom = isUpright ? 44 + longest(columns) : 60;
  return {
    data: [trace],
    layout: {
      width,
      height: Math.max(244, size * CELL.height) + 16 + bottom,
      margin: { l: left, r: 20, t: 16, b: bottom },
      showlegend: false,
      shapes,
      xaxis: axis('predicted label', {
        ...matrixAxis(columns),
        range: [-0.5, size - 0.5],
        ...(isUpright && { tickangle: -90 }),
      }),
      yaxis: axis('gold label', { ...matrixAxis(rows), range: [size - 0.5, -0.5] }),
    },
    title: 'Confusion of labels',
    reading: reading(confusion, labels, isWide) + note,
  };
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
