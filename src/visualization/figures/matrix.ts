import { plainText, type Trace } from '../figure';
import { INK, strongestBehindText, withOpacity } from '../palette';
import type { Panel } from './panels';

/** One cell: its text, and the strength of its colour from 0 to 1; null is white. */
export interface MatrixCell {
  text: string;
  strength: number | null;
}

/** Draws the cells of a panel, row by row, with their texts; columns and rows are numbered from 0, rows downwards. */
export function matrixCells(
  { suffix }: Panel,
  cells: readonly (readonly MatrixCell[])[],
  colour: string,
): { trace: Trace; shapes: Record<string, unknown>[] } {
  const strongest = strongestBehindText(colour);
  const placed = cells.flatMap((line, row) => line.map((cell, column) => ({ ...cell, row, column })));
  return {
    trace: {
      type: 'scatter',
      mode: 'text',
      x: placed.map(({ column }) => column),
      y: placed.map(({ row }) => row),
      text: placed.map(({ text }) => plainText(text)),
      textfont: { color: INK, size: 12 },
      ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
      hoverinfo: 'none',
    },
    shapes: placed.map(({ row, column, strength }) => ({
      type: 'rect',
      layer: 'below',
      ...{ xref: `x${suffix}`, yref: `y${suffix}` },
      ...{ x0: column - 0.47, x1: column + 0.47, y0: row - 0.46, y1: row + 0.46 },
      fillcolor: strength === null ? 'white' : withOpacity(colour, 0.05 + strength * (strongest - 0.05)),
      line: { width: 0 },
    })),
  };
}

/** Common settings of a matrix's axes: category names, no grid. */
export function matrixAxis(names: readonly string[]): Record<string, unknown> {
  return {
    tickvals: names.map((_, place) => place),
    ticktext: names.map(plainText),
    showgrid: false,
    ticks: '',
    ticklabelstandoff: 4,
  };
}
