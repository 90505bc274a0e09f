import { plainText, type Trace } from '../figure';
import { INK } from '../palette';
import { fitText } from '../rendering/font';

/** Slices below this share are one, beyond the first few: their names would overlap. */
const LEAST_SLICE = 0.06;
const FEW_SLICES = 4;
const OTHERS = '#B8BCC2';
const SIZE = 12;

/** In pixels: the part of the plot with the pie and the names around it, and the diameter of the pie. */
export const PIE = { width: 500, height: 330, side: 190, longestName: 142 };

/** Formats a share from 0 to 1 as percent with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * Draws a pie at the upper left of a figure, clockwise from the largest slice; small slices are one.
 *
 * @param shares that sum to 1
 * @param width of the pie's part of the plot, as a share
 * @param height of the plot in pixels
 */
export function pieOf(
  shares: readonly { label: string; mean: number; colour: string }[],
  width: number,
  height: number,
): Trace {
  const ordered = shares.toSorted((one, other) => other.mean - one.mean);
  const large = ordered.filter(({ mean }, place) => place < FEW_SLICES || mean >= LEAST_SLICE);
  // One small slice is no group.
  const slices = ordered.slice(0, ordered.length - large.length === 1 ? ordered.length : large.length);
  const rest = ordered.slice(slices.length);
  const all = [
    ...slices.map(({ label, mean, colour }) => ({ name: label, mean, colour })),
    ...(rest.length
      ? [
          {
            name: `${rest.length} others`,
            mean: rest.reduce((sum, { mean }) => sum + mean, 0),
            colour: OTHERS,
          },
        ]
      : []),
  ];
  // A square at the top of the left part, with room for the names beside it.
  const [across, down] = [(width * PIE.side) / PIE.width, PIE.side / height];
  return {
    type: 'pie',
    labels: all.map((_, index) => String(index)),
    values: all.map(({ mean }) => mean),
    domain: {
      x: [(width - across) / 2, (width + across) / 2],
      y: [1 - (PIE.height + PIE.side) / 2 / height, 1 - (PIE.height + PIE.side) / 2 / height + down],
    },
    ...{ sort: false, direction: 'clockwise', textinfo: 'text', textposition: 'outside', automargin: false },
    text: all.map(
      ({ name, mean }) => `${plainText(fitText(name, PIE.longestName, SIZE))}<br>${percent(mean)}`,
    ),
    textfont: { size: SIZE, color: INK },
    marker: { colors: all.map(({ colour }) => colour), line: { color: 'white', width: 1 } },
    hoverinfo: 'text',
  };
}
