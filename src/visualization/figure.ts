import { printable } from '../foundation';
import { GRID, INK } from './palette';

/** A trace of Plotly: its type and whichever attributes of that type are set. */
export interface Trace {
  type: 'bar' | 'scatter';
  [attribute: string]: unknown;
}

/** A layout of Plotly. Width, height and margins in pixels; the margins leave out what title and reading take. */
export interface Layout {
  width: number;
  height: number;
  margin: { l: number; r: number; t: number; b: number };
  annotations?: Record<string, unknown>[];
  [attribute: string]: unknown;
}

/**
 * A figure as plain data: traces and layout in Plotly's terms, the title, and one or two sentences that say what is
 * to be read from it. Title and reading are put above the plot when the figure is drawn, wrapped to its width.
 */
export interface Figure {
  data: Trace[];
  layout: Layout;
  title: string;
  reading: string;
}

/** The look that all axes share; `title` comes with its unit. The figure's margins have to hold ticks and title. */
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

/** The title of the vertical axis that stacked panels share, half-way up the margin of `left` pixels. */
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
 * Plotly reads tags and entities in every text: words of the literature must not be taken for either. A control character would
 * make the SVG invalid.
 */
export function plainText(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A number as people read it: thousands apart, at most `digits` decimals. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A share from 0 to 1 as percent, with a decimal where it is small. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.001) return 'less than 0.1 %';
  return `${formatNumber(share * 100, share < 0.1 ? 1 : 0)} %`;
}

/** "a", "a and b", "a, b and c". */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
