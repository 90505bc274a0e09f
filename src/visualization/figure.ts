import { printable } from '../foundation';
import { GRID, INK } from './palette';

/** A Plotly trace: its type and the attributes that are set. */
export interface Trace {
  type: 'bar' | 'scatter' | 'pie';
  [attribute: string]: unknown;
}

/** A Plotly layout. Width, height and margins in pixels; the margins do not include title and reading. */
export interface Layout {
  width: number;
  height: number;
  margin: { l: number; r: number; t: number; b: number };
  annotations?: Record<string, unknown>[];
  [attribute: string]: unknown;
}

/**
 * A figure as plain data: Plotly traces and layout, the title, and the reading: one or two sentences on what the figure shows. Title
 * and reading are drawn above the plot, wrapped to its width.
 */
export interface Figure {
  data: Trace[];
  layout: Layout;
  title: string;
  reading: string;
}

/** Common style of all axes; `title` includes the unit. The figure's margins must have room for ticks and title. */
export function axis(title: string, attributes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title, standoff: 10, font: { size: 12.5 } },
    gridcolor: GRID,
    linecolor: INK,
    zeroline: false,
    ticks: 'outside',
    ticklen: 4,
    tickcolor: INK,
    ...attributes,
  };
}

/** The title of the vertical axis shared by stacked panels, centred in the margin of `left` pixels. */
export function sharedAxisTitle(text: string, left: number): Record<string, unknown> {
  return {
    text,
    textangle: -90,
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y: 0.5,
    xanchor: 'center',
    yanchor: 'middle',
    xshift: 24 - left,
    showarrow: false,
  };
}

/**
 * Escapes text for Plotly, which interprets tags and entities in every text. A control character would make the SVG invalid.
 */
export function plainText(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Formats a number with thousands separators and at most `digits` decimals. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Formats a share from 0 to 1 as percent, with one decimal near 0 and 1, so that only all is 100 %. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.001) return 'less than 0.1 %';
  if (share > 0.999 && share < 1) return 'more than 99.9 %';
  return `${formatNumber(share * 100, share < 0.1 || share > 0.99 ? 1 : 0)} %`;
}

/** With a capital letter, for the beginning of a title. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c". */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
