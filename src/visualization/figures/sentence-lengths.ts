import {
  axis,
  type Figure,
  formatNumber,
  formatPercent,
  plainText,
  sharedAxisTitle,
  type Trace,
} from '../figure';
import { INK, LIMIT, labelColours, NEUTRAL } from '../palette';

export interface LengthOptions {
  /** The unit of length, in the plural: words, characters, tokens. */
  unit: string;
  /** The measured items, in the plural. Default: sentences. */
  items?: string;
  /** Default: "Lengths of sentences", and "length (words)" for the axis. */
  title?: string;
  axisTitle?: string;
  /** The longest input of the model in the same unit: drawn as a line, and longer items are counted. */
  longestInput?: number;
  /** A series with the name of a label has its colour. */
  labels?: readonly string[];
}

const MOST_BINS = 40;
const PANEL_HEIGHT = 105;
const LEFT = 74;

/**
 * Histograms of lengths, one panel per series with a shared axis, as shares of each series, so that series of different size are
 * comparable. Rare very long items are collected in the last bin.
 */
export function sentenceLengths(
  series: readonly { name: string; lengths: readonly number[] }[],
  {
    unit,
    items = 'sentences',
    title = `Lengths of ${items}`,
    axisTitle = `length (${unit})`,
    longestInput,
    labels = [],
  }: LengthOptions,
): Figure {
  const sorted = series.map(({ lengths }) => Float64Array.from(lengths).sort());
  const bins = chooseBins(sorted, longestInput);
  const colours = new Map(Object.entries(labelColours(labels)));
  const limitShown = longestInput !== undefined && longestInput < bins.count * bins.width;

  const layout: Figure['layout'] = {
    width: 860,
    height: 70 + Math.max(2, series.length) * PANEL_HEIGHT,
    margin: { l: LEFT, r: 20, t: 24, b: 54 },
    showlegend: false,
  };
  const annotations = [sharedAxisTitle(`share of ${items} (%)`, LEFT)];
  const shapes: Record<string, unknown>[] = [];
  const gap = series.length > 1 ? 0.28 / series.length : 0;
  const panelHeight = (1 - gap * (series.length - 1)) / series.length;
  const data = series.map(({ name }, panel): Trace => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const lengths = sorted[panel];
    const counts = new Array<number>(bins.count).fill(0);
    for (const length of lengths) counts[Math.min(bins.count - 1, Math.floor(length / bins.width))]++;
    const top = 1 - panel * (panelHeight + gap);
    const last = panel === series.length - 1;
    layout[`xaxis${suffix}`] = axis(last ? axisTitle : '', {
      anchor: `y${suffix}`,
      range: [-0.5 - bins.width * 0.2, bins.count * bins.width - 0.5],
      showticklabels: last,
      showgrid: false,
      showline: true,
    });
    layout[`yaxis${suffix}`] = axis('', {
      domain: [Math.max(0, top - panelHeight), top],
      anchor: `x${suffix}`,
      nticks: 4,
      rangemode: 'tozero',
      ticks: '',
    });
    annotations.push({
      text: `<b>${plainText(name)}</b>:\u00a0${describe(lengths, longestInput)}`,
      xref: 'paper',
      yref: 'paper',
      x: 1,
      y: top,
      xanchor: 'right',
      yanchor: 'bottom',
      showarrow: false,
      font: { size: 12, color: INK },
    });
    if (limitShown) {
      shapes.push({
        type: 'line',
        xref: `x${suffix}`,
        yref: `y${suffix} domain`,
        x0: longestInput + 0.5,
        x1: longestInput + 0.5,
        y0: 0,
        y1: 1,
        line: { color: LIMIT, width: 1.5, dash: 'dash' },
      });
    }
    return {
      type: 'bar',
      name,
      // The centre of the whole numbers in the bin.
      x: counts.map((_, bin) => bin * bins.width + (bins.width - 1) / 2),
      y: counts.map((count) => (100 * count) / Math.max(1, lengths.length)),
      width: bins.width * 0.94,
      customdata: counts,
      hovertext: counts.map((count, bin) => `${bins.nameOf(bin)} ${unit}: ${count} ${items}`),
      hoverinfo: 'text',
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      marker: { color: colours.get(name) ?? NEUTRAL },
    };
  });
  layout.annotations = annotations;
  layout.shapes = shapes;

  const all = Float64Array.from(series.flatMap(({ lengths }) => lengths)).sort();
  const sentences = [
    all.length
      ? `Half of the ${items} have at most ${formatNumber(quantile(all, 0.5))} ${unit}, 95 % at most ${formatNumber(quantile(all, 0.95))}.`
      : `There are no ${items}.`,
  ];
  if (longestInput !== undefined) {
    sentences.push(
      `The model reads ${formatNumber(longestInput)} ${unit} at once${limitShown ? ' (dashed line)' : ''}: ` +
        `${formatPercent(shareBeyond(all, longestInput))} of the ${items} are longer.`,
    );
  }
  if (bins.lastGathers) {
    sentences.push(
      `The last bar contains all of ${formatNumber((bins.count - 1) * bins.width)} or more ${unit}.`,
    );
  }
  return { data, layout, title, reading: sentences.join(' ') };
}

interface Bins {
  width: number;
  count: number;
  /** Whether the last bin also contains everything longer. */
  lastGathers: boolean;
  nameOf(bin: number): string;
}

/** Computes bins of a round width from zero to beyond 99.5 % of every series, and beyond the limit if some items reach it. */
function chooseBins(sorted: readonly Float64Array[], limit = 0): Bins {
  const longest = Math.max(1, ...sorted.map((lengths) => lengths.at(-1) ?? 0));
  const usual = Math.max(1, ...sorted.map((lengths) => quantile(lengths, 0.995)));
  const shownTo = Math.min(longest, Math.max(usual, limit * 1.1)) + 1;
  let width = 1;
  for (let step = 0; shownTo / width > MOST_BINS; step++)
    width = [2, 5, 10][step % 3] * 10 ** Math.floor(step / 3);
  const count = Math.ceil(shownTo / width);
  const lastGathers = longest >= count * width;
  return {
    width,
    count,
    lastGathers,
    nameOf(bin) {
      if (lastGathers && bin === count - 1) return `${bin * width} and more`;
      return width === 1 ? `${bin}` : `${bin * width} to ${(bin + 1) * width - 1}`;
    },
  };
}

function describe(lengths: Float64Array, longestInput: number | undefined): string {
  const facts = [`n = ${formatNumber(lengths.length)}`];
  if (lengths.length) facts.push(`median ${formatNumber(quantile(lengths, 0.5))}`);
  if (lengths.length && longestInput !== undefined) {
    facts.push(`${formatPercent(shareBeyond(lengths, longestInput))} beyond ${formatNumber(longestInput)}`);
  }
  return facts.join(', ');
}

/** The quantile p of ascending values: the smallest value that at least the share p does not exceed; 0 without values. */
function quantile(ascending: Float64Array, p: number): number {
  return ascending[Math.max(0, Math.ceil(p * ascending.length) - 1)] ?? 0;
}

function shareBeyond(lengths: Float64Array, limit: number): number {
  return lengths.length ? lengths.filter((length) => length > limit).length / lengths.length : 0;
}
