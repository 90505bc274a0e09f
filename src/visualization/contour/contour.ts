import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText } from '../figure';
import { INK } from '../palette';
import { textWidth } from '../rendering/font';
import { type Level, levelsOf, type Position } from './levels';
import { pathTrace } from './path-trace';

export interface ContourAxis {
  /** With the unit. */
  title: string;
  /** Ascending, at least two; above zero if `logarithmic`. */
  values: readonly number[];
  logarithmic?: boolean;
}

export interface ContourData {
  x: ContourAxis;
  y: ContourAxis;
  /** Measured values, [y, x]; null where there is none. */
  values: readonly (readonly (number | null)[])[];
  /** What is measured, such as "F1". */
  quantity: string;
  title: string;
}

const PLOT = { width: 660, height: 460 };
/** Pixels around the measured range. */
const EDGE = 14;
const LABEL_SIZE = 11;
/** Colours of the lowest and the highest level. */
const RAMP = [
  [238, 244, 250],
  [33, 113, 181],
];
const BEST = '#F0A000';

/**
 * Lines of equal value over two settings, such as F1 over learning rate and epochs. Between the measured points, which are marked, values
 * are interpolated bilinearly (on a logarithmic axis, over the logarithm); beyond them and around missing ones, nothing is drawn.
 *
 * @example
 * contour({
 *   x: { title: 'learning rate', values: [1e-5, 3e-5, 1e-4], logarithmic: true },
 *   y: { title: 'epochs', values: [1, 2, 4] },
 *   values: [[0.6, 0.66, 0.68], [0.66, 0.71, 0.72], [0.7, 0.73, 0.71]],
 *   quantity: 'F1',
 *   title: 'Learning rate and epochs',
 * });
 */
export function contour({ x, y, values, quantity, title }: ContourData): Figure {
  check(x, 'horizontal');
  check(y, 'vertical');
  if (values.length !== y.values.length || values.some((row) => row.length !== x.values.length))
    throw new InputError(
      `${title}: the values must have ${y.values.length} rows of ${x.values.length}; give one for each pair of settings, null where none was measured`,
    );
  const samples = values.flatMap((row, up) =>
    row.flatMap((value, across) =>
      value !== null && Number.isFinite(value) ? [{ x: x.values[across], y: y.values[up], value }] : [],
    ),
  );
  if (samples.length === 0) throw new InputError(`${title}: no value was measured; give at least one`);
  const measured = values.map((row) => row.map((value) => (Number.isFinite(value) ? value : null)));
  const levels = levelsOf({ x: scaled(x), y: scaled(y), values: measured });
  const digits = decimals(levels.map(({ value }) => value));
  const best = samples.reduce((one, other) => (other.value > one.value ? other : one));
  const describe = (sample: typeof best) =>
    `${quantity} ${sample.value.toFixed(digits + 1)} at ${x.title} ${format(sample.x)}, ${y.title} ${format(sample.y)}`;
  const ranges: Ranges = { x: padded(scaled(x), PLOT.width), y: padded(scaled(y), PLOT.height) };
  const unscaled = (line: readonly Position[]) =>
    line.map(([across, up]): Position => [unscale(x, across), unscale(y, up)]);
  const isBest = (sample: typeof best) => sample === best;
  return {
    data: [
      ...levels.map(({ rings }, rank) =>
        pathTrace(rings.map(unscaled), {
          fill: 'toself',
          fillcolor: rampColour(rank, levels.length),
          line: { width: 0 },
        }),
      ),
      ...levels.map(({ lines }) => pathTrace(lines.map(unscaled), { line: { color: INK, width: 0.8 } })),
      {
        type: 'scatter',
        mode: 'markers',
        x: samples.map((sample) => sample.x),
        y: samples.map((sample) => sample.y),
        hovertext: samples.map((sample) => plainText(describe(sample))),
        hoverinfo: 'text',
        cliponaxis: false,
        marker: {
          symbol: samples.map((sample) => (isBest(sample) ? 'star' : 'circle')),
          size: samples.map((sample) => (isBest(sample) ? 16 : 6)),
          color: samples.map((sample) => (isBest(sample) ? BEST : INK)),
          opacity: 1,
          line: { color: 'white', width: 1 },
        },
      },
    ],
    layout: {
      width: PLOT.width + 108,
      height: PLOT.height + 76,
      margin: { l: 84, r: 24, t: 12, b: 64 },
      showlegend: false,
      hovermode: 'closest',
      xaxis: axisOf(x, ranges.x),
      yaxis: axisOf(y, ranges.y),
      annotations: levelLabels(
        levels,
        samples.map((sample) => [scale(x, sample.x), scale(y, sample.y)]),
        ranges,
        digits,
      ),
    },
    title,
    reading:
      `Lines join equal ${quantity}, and darker is higher. The ${formatNumber(samples.length)} points were measured; between them, values ` +
      `are interpolated. The star is the highest: ${describe(best)}.`,
  };
}

function check({ title, values, logarithmic }: ContourAxis, name: string): void {
  const ascends = values.every(
    (value, index) => Number.isFinite(value) && (index === 0 || value > values[index - 1]),
  );
  if (values.length < 2 || !ascends)
    throw new InputError(`${title}: the ${name} axis needs two or more values in ascending order`);
  if (logarithmic && values[0] <= 0)
    throw new InputError(`${title}: ${values[0]} has no place on a logarithmic axis; give values above zero`);
}

const scale = ({ logarithmic }: ContourAxis, value: number) => (logarithmic ? Math.log10(value) : value);
const unscale = ({ logarithmic }: ContourAxis, value: number) => (logarithmic ? 10 ** value : value);
const scaled = (one: ContourAxis) => one.values.map((value) => scale(one, value));

interface Ranges {
  x: [number, number];
  y: [number, number];
}

function padded(values: readonly number[], pixels: number): [number, number] {
  const [low, high] = [values[0], values[values.length - 1]];
  const edge = ((high - low) * EDGE) / (pixels - 2 * EDGE);
  return [low - edge, high + edge];
}

/** Ticks are the measured settings, unless they are many. */
function axisOf({ title, values, logarithmic }: ContourAxis, range: [number, number]) {
  const few = values.length <= 12;
  return axis(plainText(title), {
    range,
    type: logarithmic ? 'log' : 'linear',
    showgrid: false,
    showline: true,
    ...(few ? { tickvals: values, ticktext: values.map(format) } : {}),
  });
}

function rampColour(rank: number, count: number): string {
  const share = count < 2 ? 0.5 : rank / (count - 1);
  const channels = RAMP[0].map((low, index) => Math.round(low + share * (RAMP[1][index] - low)));
  return `rgb(${channels.join(', ')})`;
}

/** The value of each level on its line, where it is farthest from points, other labels and the edges. */
function levelLabels(
  levels: readonly Level[],
  samples: readonly Position[],
  ranges: Ranges,
  digits: number,
): Record<string, unknown>[] {
  const pixels = ([across, up]: Position): Position => [
    (PLOT.width * (across - ranges.x[0])) / (ranges.x[1] - ranges.x[0]),
    (PLOT.height * (up - ranges.y[0])) / (ranges.y[1] - ranges.y[0]),
  ];
  const taken = samples.map(pixels);
  return levels.flatMap(({ value, lines }) => {
    const text = value.toFixed(digits);
    const halfWidth = textWidth(text, LABEL_SIZE) / 2;
    let best: { room: number; position: Position } | undefined;
    for (const position of lines.flat()) {
      const [x, y] = pixels(position);
      const edge = Math.min(x, PLOT.width - x, y, PLOT.height - y) - EDGE;
      // Labels are wider than high.
      const distances = taken.map((other) => Math.hypot((x - other[0]) / 1.6, y - other[1]));
      const room = Math.min(edge, ...distances);
      if (!best || room > best.room) best = { room, position };
    }
    if (!best || best.room < Math.max(halfWidth, LABEL_SIZE)) return [];
    taken.push(pixels(best.position));
    return {
      text,
      ...{ x: best.position[0], y: best.position[1], xanchor: 'center', yanchor: 'middle' },
      showarrow: false,
      borderpad: 0,
      bgcolor: 'rgba(255, 255, 255, 0.85)',
      font: { size: LABEL_SIZE, color: INK },
    };
  });
}

/** Decimals that tell the levels apart. */
function decimals(levels: readonly number[]): number {
  const step = Math.min(1, ...levels.slice(1).map((level, index) => level - levels[index]));
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + (isRound(step) ? 0 : 1));
}

/** Whether a step is 1, 2 or 5 at its first digit, as d3's are. */
const isRound = (step: number) => Number(step.toPrecision(2)) === Number(step.toPrecision(1));

/** As short as possible: 0.00001 is 1e-5. */
function format(value: number): string {
  return Math.abs(value) > 0 && Math.abs(value) < 0.001
    ? value.toExponential().replace('e-', 'e−')
    : String(Number(value.toPrecision(6)));
}
