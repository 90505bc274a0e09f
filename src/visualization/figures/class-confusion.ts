import { ENTITY_CLASSES, InputError } from '../../foundation';
import { axis, type Figure, formatNumber, formatPercent } from '../figure';
import { NEUTRAL } from '../palette';
import { textWidth } from '../rendering/font';
import { matrixAxis, matrixCells } from './matrix';
import { panelsInRow } from './panels';

/** Which class predictions took gold mentions for: the matrix of `classConfusion` // [gold][predicted], "none" last */
export function confusionMatrix(confusion: readonly (readonly number[])[]): Figure {
  const size = ENTITY_CLASSES.length + 1;
  if (confusion.length !== size || confusion.some((row) => row.length !== size))
    throw new InputError(`a confusion of ${size} rows and columns can be drawn; give that of classConfusion`);
  const [panel] = panelsInRow(['']);
  const cells = confusion.map((row, gold) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      const nothing = gold === size - 1 && predicted === size - 1;
      if (nothing) return { text: '', strength: null };
      // Spurious mentions are no share of anything: no gold mention stands behind them.
      if (gold === size - 1) return { text: formatNumber(count), strength: null };
      const share = count === 0 ? '' : ` (${formatPercent(count / total)})`;
      return { text: `${formatNumber(count)}${share}`, strength: total === 0 ? null : count / total };
    });
  });
  const { trace, shapes } = matrixCells(panel, cells, NEUTRAL);
  const rows = [...ENTITY_CLASSES, 'none (spurious)'];
  const columns = [...ENTITY_CLASSES, 'none (missed)'];
  return {
    data: [trace],
    layout: {
      width: 860,
      height: 320,
      margin: { l: 56 + Math.max(...rows.map((name) => textWidth(name, 12.5))), r: 20, t: 16, b: 60 },
      showlegend: false,
      shapes,
      xaxis: axis('predicted class', { ...matrixAxis(columns), range: [-0.5, size - 0.5] }),
      yaxis: axis('gold class', { ...matrixAxis(rows), range: [size - 0.5, -0.5] }),
    },
    title: 'Which class was taken for which',
    reading: reading(confusion),
  };
}

function reading(confusion: readonly (readonly number[])[]): string {
  let [most, gold, predicted] = [0, 0, 0];
  ENTITY_CLASSES.forEach((_, row) => {
    ENTITY_CLASSES.forEach((__, column) => {
      if (row === column || confusion[row][column] <= most) return;
      [most, gold, predicted] = [confusion[row][column], row, column];
    });
  });
  const explanation = 'Mentions, and in brackets their share of the gold class, whatever their borders';
  if (most === 0) return `${explanation}; no class was taken for another.`;
  return (
    `${explanation}; most often ${ENTITY_CLASSES[gold]} was taken for ${ENTITY_CLASSES[predicted]} ` +
    `(${formatNumber(most)}).`
  );
}
