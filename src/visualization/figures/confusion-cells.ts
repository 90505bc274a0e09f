import { axis, type Figure } from '../figure';
import { NEUTRAL } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { type MatrixCell, matrixAxis, matrixCells } from './matrix';
import { panelsInRow } from './panels';

/** Wider matrices show only counts in their cells, and vertical column names. */
export const MOST_WITH_SHARES = 6;
// In pixels.
const CELL = { width: 46, height: 26 };
const LONGEST_NAME = 260;

/**
 * Draws a confusion matrix: gold labels down, predicted labels across.
 *
 * @param cells row by row // [rows][columns]
 * @param upright whether column names are vertical; names too long for their column always are
 */
export function confusionCells(
  cells: readonly (readonly MatrixCell[])[],
  { rows, columns, upright }: { rows: readonly string[]; columns: readonly string[]; upright: boolean },
): Pick<Figure, 'data' | 'layout'> {
  const [panel] = panelsInRow(['']);
  const { trace, shapes } = matrixCells(panel, cells, NEUTRAL);
  const fitted = (names: readonly string[]) => names.map((name) => fitText(name, LONGEST_NAME, 12.5));
  const [down, across] = [fitted(rows), fitted(columns)];
  const longest = (texts: readonly string[]) => Math.max(...texts.map((name) => textWidth(name, 12.5)));
  const left = 56 + longest(down);
  const width = Math.max(860, left + 20 + across.length * CELL.width);
  const isUpright = upright || longest(across) > (width - left - 20) / across.length - 8;
  const bottom = isUpright ? 44 + longest(across) : 60;
  return {
    data: [trace],
    layout: {
      width,
      height: Math.max(244, down.length * CELL.height) + 16 + bottom,
      margin: { l: left, r: 20, t: 16, b: bottom },
      showlegend: false,
      shapes,
      xaxis: axis('predicted label', {
        ...matrixAxis(across),
        range: [-0.5, across.length - 0.5],
        ...(isUpright && { tickangle: -90 }),
      }),
      yaxis: axis('gold label', { ...matrixAxis(down), range: [down.length - 0.5, -0.5] }),
    },
  };
}
