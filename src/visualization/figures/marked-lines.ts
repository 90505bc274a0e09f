import { plainText } from '../figure';
import { LIMIT } from '../palette';
import { textWidth } from '../rendering/font';
import { spreadWithin } from '../rendering/labels';

/** A value marked by a line, such as the longest input of a model. */
export interface MarkedLine {
  value: number;
  label: string;
}

const LINE_LABEL_SIZE = 11;

/**
 * Draws vertical lines across a panel, with their labels above it, moved apart as far as needed.
 *
 * @param place the panel: its left edge as a share of the plot, the pixels of a value from there, its width and the gap to the next
 */
export function markLines(
  lines: readonly MarkedLine[],
  place: {
    suffix: string;
    start: number;
    toPixels: (value: number) => number;
    panelWidth: number;
    gap: number;
  },
) {
  const ascending = lines.toSorted((one, other) => one.value - other.value);
  const widest = Math.max(0, ...ascending.map(({ label }) => textWidth(label, LINE_LABEL_SIZE)));
  // The labels may reach into the gap between panels.
  const centres = spreadWithin(
    ascending.map(({ value }) => place.toPixels(value)),
    widest + 8,
    [widest / 2, place.panelWidth + place.gap / 3 - widest / 2],
  );
  return {
    shapes: ascending.map(({ value }) => ({
      ...{ type: 'line', xref: `x${place.suffix}`, yref: `y${place.suffix} domain` },
      ...{ x0: value, x1: value, y0: 0, y1: 1 },
      line: { color: LIMIT, width: 1.3, dash: 'dash' },
    })),
    annotations: ascending.map(({ label }, line) => ({
      text: plainText(label),
      ...{ xref: 'paper', x: place.start, xshift: centres[line], xanchor: 'center' },
      ...{ yref: 'paper', y: 1, yanchor: 'bottom', yshift: 3, showarrow: false },
      font: { size: LINE_LABEL_SIZE, color: LIMIT },
    })),
  };
}
