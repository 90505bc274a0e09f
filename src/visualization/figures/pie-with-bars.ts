import { createRandom, InputError } from '../../foundation';
import { axis, type Figure, plainText, type Trace } from '../figure';
import { INK, labelColours, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, labelsIn, nameInTitle } from '../shown-labels';
import { PIE, percent, pieOf } from './pie';
import { quantile } from './quantile';

export interface PieOptions {
  /** What has shares, in the plural. Default: sentences. */
  items?: string;
  /** What a share is, for the axis. Default: probability. */
  unit?: string;
  /** Of the sample of items and of where their dots are. */
  seed?: number;
}

/** Of more items, some are drawn. */
const MOST_DOTS = 200;
/** Of sums of probabilities in single precision, or with three decimals. */
const ROUNDING = 0.005;
// In pixels.
const BARS = 330;
const ROW_HEIGHT = 36;
const LONGEST_NAME = 190;
const SIZE = 12;

interface Spread {
  label: string;
  mean: number;
  /** Ascending // [items] */
  shares: Float64Array;
  colour: string;
}

/**
 * A pie of each label's mean share over items, such as the sentences of a text, beside bars with the spread: every item is a dot, the
 * thin line spans least to most, and the thick one the quartiles.
 *
 * @param items by label, shares that sum to 1; a label that is missing is 0
 * @throws InputError without items, or if shares do not sum to 1
 * @example
 * pieWithBars([{ process: 0.9, function: 0.1 }, { process: 0.3, function: 0.7 }]);
 */
export function pieWithBars(
  items: readonly Readonly<Record<string, number>>[],
  { items: plural = 'sentences', unit = 'probability', seed = 1 }: PieOptions = {},
): Figure {
  const labels = labelsIn(items);
  if (labels.length === 0)
    throw new InputError(`There are no ${plural} to draw; give at least one with its shares`);
  items.forEach((shares, index) => {
    const [label] = Object.entries(shares).find(([, share]) => !(share >= 0 && share <= 1 + ROUNDING)) ?? [];
    if (label !== undefined)
      throw new InputError(
        `Number ${index + 1} of the ${plural}: the share of ${label} is ${shares[label]}; give one from 0 to 1`,
      );
    const sum = Object.values(shares).reduce((total, share) => total + share, 0);
    if (Math.abs(sum - 1) > ROUNDING)
      throw new InputError(
        `Number ${index + 1} of the ${plural}: the shares sum to ${sum.toFixed(3)}, so they are no parts of a pie; give shares that sum to 1`,
      );
  });
  const colours = labelColours(labels);
  const spreads = labels.map((label): Spread => {
    const shares = Float64Array.from(items, (item) => item[label] ?? 0).sort();
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return { label, mean, shares, colour: colours[label] };
  });
  const meanOf = new Map(spreads.map(({ label, mean }) => [label, mean]));
  const { shown, note } = chooseLabels(labels, {
    weight: (label) => meanOf.get(label)!,
    which: 'those with the largest means',
  });
  const rows = spreads
    .filter(({ label }) => shown.includes(label))
    .sort((one, other) => other.mean - one.mean);
  const names = rows.map(({ label }) => fitText(label, LONGEST_NAME, SIZE));
  const nameWidth = 20 + Math.max(...names.map((name) => textWidth(name, SIZE)));
  const plot = PIE.width + nameWidth + BARS;
  const start = (PIE.width + nameWidth) / plot;
  const random = createRandom(seed);
  const height = Math.max(PIE.height, rows.length * ROW_HEIGHT);
  return {
    data: [
      pieOf(spreads, PIE.width / plot, height),
      meansOf(rows),
      ...rows.map((row, at) => dotsOf(row, at, random)),
    ],
    layout: {
      width: plot + 16 + 74,
      height: height + 70,
      margin: { l: 16, r: 74, t: 16, b: 54 },
      ...{ bargap: 0.3, showlegend: false },
      xaxis: axis(`${plainText(unit)} (%)`, {
        domain: [start, 1],
        range: [0, 102],
        showline: true,
        tickvals: [0, 25, 50, 75, 100],
      }),
      yaxis: axis('', {
        range: [rows.length - 0.5, -0.5],
        tickvals: rows.map((_, row) => row),
        ticktext: names.map(plainText),
        tickfont: { size: SIZE, color: INK },
        ...{ showgrid: false, ticks: '', ticklabelstandoff: 6 },
      }),
      shapes: rows.flatMap(linesOf),
      annotations: [
        { text: 'mean', row: -0.5 },
        ...rows.map(({ mean }, row) => ({ text: percent(mean), row })),
      ].map(({ text, row }) => ({
        text: `<b>${text}</b>`,
        ...{ xref: 'paper', x: 1, xanchor: 'left', xshift: 6, yref: 'y', y: row, showarrow: false },
        font: { size: SIZE, color: INK },
      })),
    },
    title: title(rows, plural),
    reading:
      `Pie and bars: means over ${items.length} ${plural}. Each dot is one of them; the thin line spans least to most, the thick one ` +
      `the quartiles.${items.length > MOST_DOTS ? ` ${MOST_DOTS} dots per bar, sampled.` : ''}${note}`,
  };
}

function meansOf(rows: readonly Spread[]): Trace {
  return {
    ...{ type: 'bar', orientation: 'h' },
    x: rows.map(({ mean }) => 100 * mean),
    y: rows.map((_, row) => row),
    marker: { color: rows.map(({ colour }) => withOpacity(colour, 0.3)) },
    hoverinfo: 'x',
  };
}

function dotsOf(
  { label, shares, colour }: Spread,
  row: number,
  random: ReturnType<typeof createRandom>,
): Trace {
  const drawn =
    shares.length > MOST_DOTS ? random.shuffle(Array.from(shares)).slice(0, MOST_DOTS) : Array.from(shares);
  return {
    ...{ type: 'scatter', mode: 'markers', name: plainText(label), cliponaxis: false },
    x: drawn.map((share) => 100 * share),
    // Below the line, spread so that equal shares appear as several dots.
    y: drawn.map(() => row + 0.04 + 0.24 * random.next()),
    marker: { color: colour, size: 5, opacity: 0.75, line: { color: 'white', width: 0.5 } },
    hoverinfo: 'x',
  };
}

function linesOf({ shares }: Spread, row: number): Record<string, unknown>[] {
  const line = (low: number, high: number, width: number) => ({
    ...{ type: 'line', xref: 'x', yref: 'y', y0: row - 0.16, y1: row - 0.16 },
    ...{ x0: 100 * quantile(shares, low), x1: 100 * quantile(shares, high) },
    line: { color: INK, width },
  });
  return [line(0, 1, 1), line(0.25, 0.75, 4)];
}

function title(rows: readonly Spread[], plural: string): string {
  const [{ label, mean, shares }] = rows;
  return (
    `${nameInTitle(label)} has the largest mean, ${percent(mean)}; ` +
    `single ${plural} have from ${percent(shares[0])} to ${percent(shares[shares.length - 1])}`
  );
}
