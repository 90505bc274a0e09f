import { createRandom, InputError } from '../../foundation';
import {
  axis,
  capitalized,
  type Figure,
  formatNumber,
  formatPercent,
  listWords,
  plainText,
  type Trace,
} from '../figure';
import { INK, labelColours, MUTED, NEUTRAL, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, nameInTitle } from '../shown-labels';
import { type Box, boxOf, drawBox, extentOf, HALF_BOX } from './box';
import { type MarkedLine, markLines } from './marked-lines';

/** A group of texts with its values of each measure. */
export interface MeasuredGroup {
  name: string;
  /** By the name of the measure with its unit, such as "length (words)": one panel each. */
  values: Readonly<Record<string, ArrayLike<number>>>;
}

export interface BoxOptions {
  /** What one value belongs to, in the plural. */
  items?: string;
  /** Values to mark in every panel, such as the longest input of a model. */
  lines?: readonly MarkedLine[];
  /** A group with the name of a label has its colour. */
  labels?: readonly string[];
  /** Of the sample of outliers. */
  seed?: number;
}

/** More values beyond the whiskers are sampled: they would be one black bar, and slow to draw. */
const MOST_OUTLIERS = 200;
// In pixels.
const WIDTH = 960;
const ROW_HEIGHT = 56;
const LONGEST_NAME = 220;
const GAP = 36;

/**
 * Box plots of one or several measures by group, one panel per measure and one row per group. Whiskers reach to the last value within
 * 1.5 interquartile ranges of the box (Tukey, Exploratory Data Analysis, 1977); values beyond are dots.
 *
 * @throws InputError if there is no group, or a value is not a number
 * @example
 * boxesByGroup([{ name: 'function', values: { 'length (words)': [12, 22, 19] } }], {
 *   items: 'definitions', lines: [{ value: 100, label: 'cut at 100' }],
 * });
 */
export function boxesByGroup(
  groups: readonly MeasuredGroup[],
  { items = 'texts', lines = [], labels = [], seed = 1 }: BoxOptions = {},
): Figure {
  const measures = [...new Set(groups.flatMap(({ values }) => Object.keys(values)))];
  if (measures.length === 0)
    throw new InputError('There are no values to draw; give at least one group with one measure');
  const sizeOf = new Map(groups.map(({ name, values }) => [name, values[measures[0]]?.length ?? 0]));
  const { shown: names, note } = chooseLabels([...sizeOf.keys()], {
    weight: (name) => sizeOf.get(name)!,
    which: 'the largest',
  });
  const rows = groups.filter(({ name }) => names.includes(name));
  const colours = new Map(Object.entries(labelColours(labels)));
  const random = createRandom(seed);
  const margin = {
    l: 24 + Math.max(...rows.map(({ name }) => textWidth(fitText(name, LONGEST_NAME, 12.5), 12.5)), 80),
    r: 20,
    t: lines.length ? 40 : 14,
    b: 54,
  };
  const plot = WIDTH - margin.l - margin.r;
  const panelWidth = (plot - GAP * (measures.length - 1)) / measures.length;
  const layout: Figure['layout'] = {
    width: WIDTH,
    height: margin.t + margin.b + Math.max(2, rows.length) * ROW_HEIGHT,
    margin,
    showlegend: false,
  };
  const shapes: Record<string, unknown>[] = [];
  const annotations: Record<string, unknown>[] = [];
  const data: Trace[] = [];
  let isSampled = false;
  const boxesOf = measures.map((measure) =>
    rows.map(({ name, values }) => boxOf(values[measure] ?? [], `${name}, ${measure}`)),
  );
  for (const [index, measure] of measures.entries()) {
    const suffix = index === 0 ? '' : String(index + 1);
    const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
    const boxes = boxesOf[index];
    const [least, most] = extentOf(
      boxes,
      lines.map(({ value }) => value),
    );
    const padding = 0.04 * (most - least || 1);
    const start = (index * (panelWidth + GAP)) / plot;
    layout[`xaxis${suffix}`] = axis(plainText(measure), {
      domain: [start, Math.min(1, start + panelWidth / plot)],
      anchor: `y${suffix}`,
      range: [least - padding, most + padding],
      showline: true,
      nticks: Math.max(4, Math.floor(panelWidth / 80)),
    });
    layout[`yaxis${suffix}`] = axis('', {
      anchor: `x${suffix}`,
      range: [rows.length - 0.5, -0.5],
      tickvals: rows.map((_, row) => row),
      ticktext: rows.map(
        ({ name, values }) =>
          `${plainText(fitText(name, LONGEST_NAME, 12.5))}<br><span style="font-size:11px;color:${MUTED}">n = ${formatNumber(values[measure]?.length ?? 0)}</span>`,
      ),
      showticklabels: index === 0,
      showgrid: false,
      ticks: '',
      ticklabelstandoff: 6,
    });
    for (const [row, box] of boxes.entries()) {
      if (!box) continue;
      const colour = colours.get(rows[row].name) ?? NEUTRAL;
      const outliers =
        box.outliers.length > MOST_OUTLIERS
          ? random.shuffle(box.outliers).slice(0, MOST_OUTLIERS)
          : box.outliers;
      isSampled ||= outliers.length < box.outliers.length;
      shapes.push(...drawBox(box, row, suffix, colour));
      annotations.push({
        text: formatNumber(box.quartiles[1], 2),
        ...{ xref: `x${suffix}`, yref: `y${suffix}`, x: box.quartiles[1], y: row - HALF_BOX },
        ...{
          yanchor: 'bottom',
          borderpad: 0,
          bgcolor: 'rgba(255, 255, 255, 0.8)',
          showarrow: false,
          font: { size: 11, color: INK },
        },
      });
      data.push({
        ...{ type: 'scatter', mode: 'markers', name: plainText(rows[row].name) },
        x: outliers,
        // Spread over the height of the box, so that equal values appear as several dots.
        y: outliers.map(() => row + (random.next() - 0.5) * HALF_BOX),
        ...axes,
        marker: { color: withOpacity(colour, 0.5), size: 3.5 },
        hoverinfo: 'x',
      });
    }
    const toPixels = (value: number) =>
      ((value - least + padding) / (most - least + 2 * padding)) * panelWidth;
    const marked = markLines(lines, { suffix, start, toPixels, panelWidth, gap: GAP });
    shapes.push(...marked.shapes);
    annotations.push(...marked.annotations);
  }
  layout.shapes = shapes;
  layout.annotations = annotations;
  return {
    data,
    layout,
    title: title(measures[0], rows, boxesOf[0]),
    reading: reading(measures, rows, lines, items, isSampled) + note,
  };
}

function title(measure: string, rows: readonly MeasuredGroup[], boxes: readonly (Box | null)[]): string {
  const medians = rows
    .flatMap(({ name }, row) => {
      const box = boxes[row];
      return box
        ? { name: nameInTitle(name), median: formatNumber(box.quartiles[1], 2), at: box.quartiles[1] }
        : [];
    })
    .sort((one, other) => one.at - other.at);
  const [first, last] = [medians[0], medians.at(-1)];
  if (!first || !last) return `${capitalized(measure)}: no values`;
  return first.median === last.median
    ? `${capitalized(measure)}: median ${first.median}`
    : `${capitalized(measure)}: medians from ${first.median} (${first.name}) to ${last.median} (${last.name})`;
}

function reading(
  measures: readonly string[],
  rows: readonly MeasuredGroup[],
  lines: readonly MarkedLine[],
  items: string,
  isSampled: boolean,
): string {
  const dots = isSampled
    ? `dots are values beyond, at most ${MOST_OUTLIERS} per box, sampled`
    : 'dots are values beyond';
  const beyond = lines.map(({ value }) => {
    const shares = measures.map((measure) => ({ measure, share: shareAbove(rows, measure, value) }));
    const some = shares.filter(({ share }) => share > 0);
    if (some.length === 0) return `None of the ${items} is above ${formatNumber(value, 2)}`;
    return `Above ${formatNumber(value, 2)}: ${listWords(some.map(({ measure, share }) => `${formatPercent(share)} of the ${items} in ${measure}`))}`;
  });
  return (
    `Boxes span the quartiles, the line with its number is the median, whiskers end within 1.5 interquartile ranges, ${dots}.` +
    beyond.map((sentence) => ` ${sentence}.`).join('')
  );
}

function shareAbove(rows: readonly MeasuredGroup[], measure: string, limit: number): number {
  let [count, above] = [0, 0];
  for (const { values } of rows)
    for (const value of Array.from(values[measure] ?? [])) {
      count++;
      if (value > limit) above++;
    }
  return count ? above / count : 0;
}
