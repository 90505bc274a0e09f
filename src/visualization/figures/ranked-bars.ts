import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, labelColours } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, nameInTitle } from '../shown-labels';
import { panelGrid } from './panels';

/** What occurs in the texts of a label, such as words or openings, with counts. */
export interface RankedCounts {
  label: string;
  counts: readonly { name: string; count: number }[];
}

export interface RankedOptions {
  /** What is counted, in the plural: "words", "openings". */
  items: string;
  /** Of the counts, for the axis. Default: texts. */
  unit?: string;
  /** At most this many per label. Default: 25. */
  most?: number;
  /** All labels, which determine the colours. Default: those of the panels. */
  labels?: readonly string[];
}

/** Of more labels, those with the largest counts have a panel. */
const MOST_PANELS = 12;
// In pixels.
const WIDTH = 1000;
const MARGIN = { l: 16, r: 16, t: 28, b: 50 };
const ROW_HEIGHT = 19;
/** Of a panel: name, bar and number. */
const LEAST_WIDTH = 290;
const LONGEST_NAME = 150;
const SIZE = 11.5;

/**
 * The most frequent words or openings of each label's texts: one panel per label, bars with their counts, the most frequent at the top.
 *
 * @throws InputError if nothing was counted, or a count is negative
 * @example
 * rankedBars([{ label: 'function', counts: [{ name: 'Catalysis of', count: 7330 }] }], { items: 'openings' });
 */
export function rankedBars(
  panels: readonly RankedCounts[],
  { items, unit = 'texts', most = 25, labels = panels.map(({ label }) => label) }: RankedOptions,
): Figure {
  const ranked = panels.map(({ label, counts }) => {
    const wrong = counts.find(({ count }) => !(count >= 0 && count < Infinity));
    if (wrong) throw new InputError(`${label}: ${wrong.name} has the count ${wrong.count}; give one from 0`);
    return { label, counts: counts.toSorted((one, other) => other.count - one.count).slice(0, most) };
  });
  const rows = Math.max(0, ...ranked.map(({ counts }) => counts.length));
  if (rows === 0) throw new InputError(`There are no ${items} to draw; give at least one with its count`);
  const largest = new Map(ranked.map(({ label, counts }) => [label, counts[0]?.count ?? 0]));
  const { shown, note } = chooseLabels(
    ranked.map(({ label }) => label),
    { most: MOST_PANELS, weight: (label) => largest.get(label)!, which: 'those with the largest counts' },
  );
  const drawn = ranked.filter(({ label }) => shown.includes(label));
  const colours = labelColours(labels);
  const plot = WIDTH - MARGIN.l - MARGIN.r;
  const grid = panelGrid(
    drawn.map(({ label }) => label),
    { width: plot, leastWidth: LEAST_WIDTH, height: rows * ROW_HEIGHT, between: 72 },
  );
  const layout: Figure['layout'] = {
    width: WIDTH,
    height: grid.height + MARGIN.t + MARGIN.b,
    margin: MARGIN,
    ...{ bargap: 0.2, showlegend: false },
    annotations: grid.panels.map(({ heading }) => ({ ...heading, yshift: 4 })),
  };
  const data = grid.panels.map(({ suffix, domain, rowDomain }, panel): Trace => {
    const { label, counts } = drawn[panel];
    const names = counts.map(({ name }) => fitText(name, LONGEST_NAME, SIZE));
    const nameWidth = Math.max(0, ...names.map((name) => textWidth(name, SIZE))) + 12;
    const values = counts.map(({ count }) => formatNumber(count, 1));
    const width = (domain[1] - domain[0]) * plot - nameWidth;
    const valueWidth = Math.max(0, ...values.map((value) => textWidth(value, SIZE))) + 10;
    layout[`xaxis${suffix}`] = axis(plainText(unit), {
      domain: [domain[0] + nameWidth / plot, domain[1]],
      anchor: `y${suffix}`,
      range: [0, ((counts[0]?.count || 1) * width) / (width - valueWidth)],
      nticks: 4,
      tickformat: ',',
    });
    layout[`yaxis${suffix}`] = axis('', {
      domain: rowDomain,
      anchor: `x${suffix}`,
      range: [rows - 0.5, -0.5],
      tickvals: counts.map((_, row) => row),
      ticktext: names.map(plainText),
      tickfont: { size: SIZE, color: INK },
      ...{ showgrid: false, ticks: '', ticklabelstandoff: 4 },
    });
    return {
      ...{ type: 'bar', orientation: 'h', name: plainText(label) },
      x: counts.map(({ count }) => count),
      y: counts.map((_, row) => row),
      ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
      marker: { color: colours[label] },
      text: values,
      ...{ textposition: 'outside', textangle: 0, constraintext: 'none', cliponaxis: false },
      textfont: { size: SIZE, color: INK },
      hovertext: counts.map(({ name }) => plainText(name)),
      hoverinfo: 'text+x',
    };
  });
  return { data, layout, ...describe(ranked, { items, unit, rows }, note) };
}

function describe(
  ranked: readonly RankedCounts[],
  { items, unit, rows }: { items: string; unit: string; rows: number },
  note: string,
): Pick<Figure, 'title' | 'reading'> {
  const tops = ranked
    .flatMap(({ label, counts: [top] }) => (top ? { label, ...top } : []))
    .sort((one, other) => other.count - one.count);
  const [{ label, name, count }] = tops;
  return {
    title: `Most frequent ${items}: “${nameInTitle(name)}” leads with ${formatNumber(count, 1)} ${unit} of ${nameInTitle(label)}`,
    reading: `Up to ${rows} ${items} per label with their counts; each panel has its own scale.${note}`,
  };
}
