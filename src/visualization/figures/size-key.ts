import { formatNumber } from '../figure';
import { INK, MUTED, NEUTRAL, withOpacity } from '../palette';
import { textWidth } from '../rendering/font';

const SIZE = 12;
/** Pixels between the plot and what is beside it. */
const SHIFT = 18;

/** Formats a size with its unit; small ones with a decimal. */
export function sizeText(size: number, unit: string): string {
  return `${formatNumber(size, size < 10 ? 1 : 0)} ${unit}`;
}

/** A line of text to the right of the plot, `down` pixels below its top. */
export function besidePlot(text: string, down: number, colour = INK, right = 0): Record<string, unknown> {
  return {
    text,
    align: 'left',
    ...{ xref: 'paper', yref: 'paper', x: 1, y: 1, xanchor: 'left', yanchor: 'top' },
    ...{ xshift: SHIFT - 2 + right, yshift: -down, showarrow: false },
    font: { size: SIZE, color: colour },
  };
}

/**
 * A key of areas to the right of the plot, from `down` pixels below its top: discs of two round sizes, the larger at most `largest`.
 *
 * @returns shapes and texts, and the pixels they need
 */
export function sizeKey(
  largest: number,
  unit: string,
  diameterOf: (size: number) => number,
  down: number,
): {
  shapes: Record<string, unknown>[];
  annotations: Record<string, unknown>[];
  width: number;
  height: number;
} {
  const round = roundBelow(largest);
  const sizes = [round, round / 5];
  const widest = diameterOf(round);
  const heading = 'area: size';
  let top = down + 30;
  const shapes: Record<string, unknown>[] = [];
  const annotations = [besidePlot(heading, down + 4, MUTED)];
  for (const size of sizes) {
    const diameter = diameterOf(size);
    const height = Math.max(diameter, 20);
    const middle = top + height / 2;
    shapes.push({
      ...{ type: 'circle', xref: 'paper', yref: 'paper', xsizemode: 'pixel', ysizemode: 'pixel' },
      ...{ xanchor: 1, x0: SHIFT + (widest - diameter) / 2, x1: SHIFT + (widest + diameter) / 2 },
      // Pixels count upwards from the top of the plot.
      ...{ yanchor: 1, y0: -(middle - diameter / 2), y1: -(middle + diameter / 2) },
      fillcolor: withOpacity(NEUTRAL, 0.45),
      line: { color: NEUTRAL, width: 1.5 },
    });
    annotations.push(besidePlot(sizeText(size, unit), middle - 9, INK, widest + 8));
    top += height + 8;
  }
  return {
    ...{ shapes, annotations },
    width: Math.max(textWidth(heading, SIZE), widest + 8 + textWidth(sizeText(round, unit), SIZE)),
    height: top - down,
  };
}

/** The largest of 1, 2, 5, 10 … that is not above the size. */
function roundBelow(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return (size >= 5 * power ? 5 : size >= 2 * power ? 2 : 1) * power;
}
