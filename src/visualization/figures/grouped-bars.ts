import { InputError } from '../../foundation';
import { axis, capitalized, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, LABEL_COLOURS, NEUTRAL, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, labelsIn, nameInTitle } from '../shown-labels';
import { colourKey } from './colour-key';

/** One series, such as a split or a run, with a value for each label; null if it is unknown. */
export interface BarSeries {
  name: string;
  values: Readonly<Record<string, number | null>>;
}

export interface GroupedOptions {
  /** What the values count or measure, for the axis: "texts", "accuracy". */
  unit: string;
  /** Default: with thousands separators and at most two decimals. */
  format?: (value: number) => string;
  /** Default: the labels with the largest and the smallest values. */
  title?: string;
}

/** Series are shades of one colour, since the labels' colours mean labels; of more series, each has its own colour. */
const SHADES = [1, 0.6, 0.3];
// In pixels.
const BAR_HEIGHT = 15;
const BETWEEN = 9;
const LONGEST_NAME = 260;
const PLOT = 600;
const SIZE = 11;

/**
 * Horizontal bars side by side: one group per label, one bar per series with its value at the end, such as the number of texts of
 * each label by split. Unknown values have no bar.
 *
 * @throws InputError without values, or for a negative one
 * @example
 * groupedBars([{ name: 'train', values: { process: 800, function: 300 } }, { name: 'test', values: { process: 200, function: 75 } }],
 *   { unit: 'texts' });
 */
export function groupedBars(
  series: readonly BarSeries[],
  { unit, format = (value) => formatNumber(value, 2), title }: GroupedOptions,
): Figure {
  const labels = labelsIn(series.map(({ values }) => values));
  if (labels.length === 0)
    throw new InputError(`There is nothing to draw ${unit} of; give at least one series with one label`);
  for (const { name, values } of series) {
    const [label] =
      Object.entries(values).find(([, value]) => value !== null && !(value >= 0 && value < Infinity)) ?? [];
    if (label !== undefined)
      throw new InputError(`${name}: ${label} has the value ${values[label]}; give one from 0, or null`);
  }
  const total = (label: string) => series.reduce((sum, { values }) => sum + (values[label] ?? 0), 0);
  const { shown, note } = chooseLabels(labels, { weight: total, which: 'those with the largest values' });
  const all = series.flatMap(({ values }) => shown.map((label) => values[label] ?? 0));
  const longest = Math.max(...all) || 1;
  const colours = series.map((_, index) =>
    series.length > SHADES.length
      ? LABEL_COLOURS[index % LABEL_COLOURS.length]
      : withOpacity(NEUTRAL, SHADES[index]),
  );
  const left = 24 + Math.max(...shown.map((label) => Math.min(LONGEST_NAME, textWidth(label, 12.5))));
  const valueWidth = Math.max(...all.map((value) => textWidth(format(value), SIZE)));
  const key = colourKey(
    series.map(({ name }, index) => ({ name, colour: colours[index] })),
    { width: left + PLOT, left: 16 - left },
  );
  const groupHeight = series.length * BAR_HEIGHT + BETWEEN;
  return {
    data: series.map(({ name, values }, index): Trace => {
      const known = shown.map((label) => values[label] ?? null);
      return {
        ...{ type: 'bar', orientation: 'h', name: plainText(name) },
        x: known,
        y: shown.map((_, place) => place),
        marker: { color: colours[index] },
        text: known.map((value) => (value === null ? '' : format(value))),
        ...{ textposition: 'outside', textangle: 0, constraintext: 'none', cliponaxis: false },
        textfont: { size: SIZE, color: INK },
        hovertext: shown.map((label) => `${plainText(label)}, ${plainText(name)}`),
        hoverinfo: 'text+x',
      };
    }),
    layout: {
      width: left + PLOT + 20,
      height: Math.max(100, shown.length * groupHeight) + key.height + 60,
      margin: { l: left, r: 20, t: key.height + 6, b: 54 },
      ...{ barmode: 'group', bargap: BETWEEN / groupHeight, showlegend: false },
      xaxis: axis(plainText(unit), {
        range: [0, (longest * PLOT) / (PLOT - valueWidth - 12)],
        showline: true,
        tickformat: longest >= 1000 ? ',' : '',
      }),
      yaxis: axis('', {
        range: [shown.length - 0.5, -0.5],
        tickvals: shown.map((_, place) => place),
        ticktext: shown.map((label) => plainText(fitText(label, LONGEST_NAME, 12.5))),
        ...{ showgrid: false, ticks: '', ticklabelstandoff: 6 },
      }),
      annotations: key.annotations,
    },
    ...(title === undefined
      ? describe(labels, total, { unit, format, series: series.length })
      : { title, reading: series.length > 1 ? 'One group of bars for each name at the left.' : '' }),
    ...(note && { reading: note.trim() }),
  };
}

function describe(
  labels: readonly string[],
  total: (label: string) => number,
  { unit, format, series }: { unit: string; format: (value: number) => string; series: number },
): Pick<Figure, 'title' | 'reading'> {
  const ordered = labels.toSorted((one, other) => total(other) - total(one));
  const [most, least] = [ordered[0], ordered.at(-1)!];
  const mean = (label: string) => `${nameInTitle(label)} (${format(total(label))})`;
  return {
    title:
      labels.length === 1
        ? `${capitalized(unit)}: ${mean(most)}`
        : `${capitalized(unit)}: most for ${mean(most)}, fewest for ${mean(least)}`,
    reading:
      series > 1 ? 'Numbers in the title are sums over the series.' : 'One bar for each name at the left.',
  };
}
