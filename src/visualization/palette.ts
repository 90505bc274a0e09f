import { byLabel } from '../foundation';

/**
 * Colours of labels by index in the label set, repeated after 30. The first four are from the palette of Okabe and Ito (Color
 * Universal Design, 2008).
 *
 * Each of the others is the colour farthest from black, white and all earlier colours, among non-grey colours with a contrast of at
 * least 2.2 to white. The distance is the minimum in Oklab over four views: normal vision, and protanopia, deuteranopia and tritanopia
 * simulated after Machado, Oliveira and Fernandes (2009). Smaller sets are therefore easier to distinguish: the smallest distance in
 * the simulated views is 0.076 among the first 12 and 0.053 among all 30; about 0.02 is just noticeable. 30 thin lines cannot be
 * distinguished by colour alone, so figures name each label beside its mark.
 */
export const LABEL_COLOURS: readonly string[] = [
  ...[
    '#D55E00',
    '#0072B2',
    '#009E73',
    '#CC79A7',
    '#843054',
    '#000CA8',
    '#24B4FC',
    '#B4B40C',
    '#9C54FC',
    '#5430D8',
  ],
  ...[
    '#484800',
    '#C01890',
    '#540C6C',
    '#846048',
    '#FC78E4',
    '#90B490',
    '#7878D8',
    '#F00CCC',
    '#003C18',
    '#CC2430',
  ],
  ...[
    '#30546C',
    '#8424B4',
    '#840CFC',
    '#CC9C60',
    '#606090',
    '#908448',
    '#603090',
    '#6C0048',
    '#60600C',
    '#78A8CC',
  ],
];

/** Returns the colour of each label of a set. */
export function labelColours(labels: readonly string[]): Record<string, string> {
  return byLabel(labels, (_, place) => LABEL_COLOURS[place % LABEL_COLOURS.length]);
}

export const INK = '#222222';
export const MUTED = '#5F6368';
export const GRID = '#E3E5E8';
/** Colour of elements without a label: series of lengths, the training loss, models in a scatter. */
export const NEUTRAL = '#4A5A70';
/** Thresholds and limits. */
export const LIMIT = '#B00020';

/** Maximum opacity of colours behind text of {@link INK}. */
const STRONGEST = 0.62;
/** Minimum relative luminance (WCAG 2.2) behind text, for a contrast of more than 5. */
const LIGHTEST = 0.3;

/** Returns the highest opacity of a colour on white at which {@link INK} is readable; dark colours must be paler. */
export function strongestBehindText(colour: string): number {
  let opacity = STRONGEST;
  while (luminanceOnWhite(colour, opacity) < LIGHTEST) opacity -= 0.02;
  return opacity;
}

/** Returns the colour of text on a colour, white or {@link INK}, whichever has more contrast. */
export function textColourOn(colour: string): string {
  // Where the contrast to white and to INK (luminance 0.016) is equal.
  return luminanceOnWhite(colour, 1) < 0.213 ? '#FFFFFF' : INK;
}

function luminanceOnWhite(colour: string, opacity: number): number {
  return [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
    const value = Number.parseInt(colour.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
    const blended = 1 - opacity * (1 - value);
    return sum + weight * (blended <= 0.04045 ? blended / 12.92 : ((blended + 0.055) / 1.055) ** 2.4);
  }, 0);
}

/** Adds an opacity from 0 to 1 to a hexadecimal colour. */
export function withOpacity(colour: string, opacity: number): string {
  const channel = (start: number) => Number.parseInt(colour.slice(start, start + 2), 16);
  return `rgba(${channel(1)}, ${channel(3)}, ${channel(5)}, ${opacity})`;
}
