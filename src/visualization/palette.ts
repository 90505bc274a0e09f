/**
 * One fixed colour a class in every figure and every marked sentence, from the palette of Okabe and Ito (Color
 * Universal Design, 2008), whose hues stay apart under the common forms of colour blindness.
 */
export const CLASS_COLOURS: Record<string, string> = {
  'Gene Mutations': '#D55E00',
  Cell: '#0072B2',
  'Cell Line': '#009E73',
  'Organ Tissue': '#CC79A7',
};

export const INK = '#222222';
export const MUTED = '#5F6368';
export const GRID = '#E3E5E8';
/** What belongs to no class: series of lengths, the training loss, models in a scatter. */
export const NEUTRAL = '#4A5A70';
/** Thresholds and limits. */
export const LIMIT = '#B00020';

/** A hexadecimal colour with an opacity from 0 to 1. */
export function withOpacity(colour: string, opacity: number): string {
  const channel = (start: number) => Number.parseInt(colour.slice(start, start + 2), 16);
  return `rgba(${channel(1)}, ${channel(3)}, ${channel(5)}, ${opacity})`;
}
