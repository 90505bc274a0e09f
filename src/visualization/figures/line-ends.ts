import { plainText } from '../figure';
import { fitText, textWidth } from '../rendering/font';
import { spreadWithin } from '../rendering/labels';

/** A line that ends at a plot's right edge. */
export interface LineEnd {
  label: string;
  /** A character similar to the line's markers. */
  mark: string;
  colour: string;
  value: number;
}

const SIZE = 12;
/** Pixels between names. */
const SPACING = 18;
const LONGEST = 330;
/** Names may exceed the plot by this share of its height. */
const BEYOND = 0.1;

/**
 * Places the names of lines with their last values to the right of the plot, as near to the line ends as possible.
 *
 * @param range of the vertical axis
 * @param digits decimals of the values; null leaves them out
 * @param leastHeight minimum height of the plot in pixels, which grows with the number of names
 * @param shift pixels between the plot and the names
 */
export function lineEnds(
  lines: readonly LineEnd[],
  {
    range: [low, high] = [0, 1],
    digits = 2,
    leastHeight,
    shift,
  }: { range?: readonly [number, number]; digits?: number | null; leastHeight: number; shift: number },
): { annotations: Record<string, unknown>[]; width: number; height: number } {
  const height = Math.max(leastHeight, SPACING * lines.length);
  const ascending = lines.toSorted((one, other) => one.value - other.value);
  const places = spreadWithin(
    ascending.map(({ value }) => (value - low) / (high - low)),
    SPACING / height,
    [-BEYOND, 1 + BEYOND],
  );
  const texts = ascending.map(
    ({ label, value }) =>
      fitText(label, LONGEST, SIZE) + (digits === null ? '' : ` ${value.toFixed(digits)}`),
  );
  return {
    annotations: ascending.map(({ mark, colour }, index) => ({
      text: `<span style="color:${colour}">${mark}</span> ${plainText(texts[index])}`,
      ...{ xref: 'paper', x: 1, xanchor: 'left', xshift: shift },
      // Not on the axis, which hides what is pushed below it.
      ...{ yref: 'paper', y: places[index], yanchor: 'middle' },
      showarrow: false,
      font: { size: SIZE },
    })),
    width: shift + 24 + Math.max(0, ...texts.map((text) => textWidth(text, SIZE))),
    height,
  };
}
