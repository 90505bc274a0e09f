import { InputError } from '../../foundation';
import { axis, capitalized, type Figure, formatNumber, plainText } from '../figure';
import { labelColours } from '../palette';
import { textWidth } from '../rendering/font';
import { chooseLabels, nameInTitle } from '../shown-labels';
import { type Curve, type CurvePoint, type DrawnCurve, hasInterval, isBand, tracesOf } from './curve-traces';
import { lineEnds } from './line-ends';
import { logarithmicTitle } from './scatter-axes';

export interface CurveOptions {
  /** Titles of the axes with their units. */
  x: string;
  y: string;
  /** Whether the horizontal axis is logarithmic; its title then says so. */
  isLogarithmic?: boolean;
  /** Of the vertical axis. Default: around the data. */
  range?: readonly [number, number];
  /** What bars or bands show. Default: "95% intervals". */
  interval?: string;
  /** Default: which series ends best, and where. */
  title?: string;
  /** Whether the lowest curve is the best, as of a loss. */
  isLowerBetter?: boolean;
  /** Whether the curves are computed rather than measured, so that nothing in them is chance. */
  isExact?: boolean;
}

const PLOT = { width: 618, height: 340 };
/** More values on the horizontal axis than this, or values whose labels would touch, have round tick labels instead of one each. */
const MOST_TICKS = 9;
// In pixels.
const TICK_SIZE = 12;
const TICK_GAP = 8;
/** Marker shapes by index, for colour-blind readers: Plotly's name, and the matching character. */
const SHAPES: readonly (readonly [symbol: string, character: string])[] = [
  ['circle', '●'],
  ['square', '■'],
  ['diamond', '◆'],
  ['triangle-up', '▲'],
  ['triangle-down', '▼'],
  ['star', '★'],
  ['cross', '✚'],
  ['x', '✖'],
];

/**
 * Scores against the size of the training data, the length of the input, or another quantity: one line per series with its name and
 * last value at its end, and intervals as bars, or as bands of long lines.
 *
 * @throws InputError without points, or if one cannot be drawn
 * @example
 * curves([{ name: 'MiniLM', points: [{ x: 250, value: 0.9, low: 0.88, high: 0.92 }, { x: 2000, value: 0.95, low: 0.94, high: 0.96 }] }],
 *   { x: 'training texts', y: 'accuracy on test', isLogarithmic: true });
 */
export function curves(
  series: readonly Curve[],
  {
    x,
    y,
    isLogarithmic = false,
    range,
    interval = '95% intervals',
    title,
    isLowerBetter = false,
    isExact = false,
  }: CurveOptions,
): Figure {
  const known = series.filter(({ points }) => points.length > 0);
  if (known.length === 0) throw new InputError('There is no point to draw; give at least one');
  for (const { name, points } of known) {
    const wrong = points.find(
      (point) => ![point.x, point.value].every(Number.isFinite) || (isLogarithmic && point.x <= 0),
    );
    if (wrong)
      throw new InputError(
        `${name}: ${wrong.value} at ${wrong.x} cannot be drawn; give numbers${isLogarithmic ? ', and sizes above zero' : ''}`,
      );
  }
  const names = series.map(({ name }) => name);
  const colours = labelColours(names);
  const { shown, note } = chooseLabels(
    known.map(({ name }) => name),
    { weight: () => 0, which: 'the first' },
  );
  const drawn = known
    .filter(({ name }) => shown.includes(name))
    .map(({ name, points }) => {
      const [symbol, mark] = SHAPES[names.indexOf(name) % SHAPES.length];
      const own = { name, points: points.toSorted((a, b) => a.x - b.x), colour: colours[name], symbol };
      return { ...own, mark: isBand(own) ? '━' : mark }; // a long line has no markers
    });
  const points = drawn.flatMap((curve) => curve.points);
  const vertical = range ?? rangeOf(points);
  const isNarrow = vertical[1] - vertical[0] < 0.2;
  const ends = lineEnds(
    drawn.map(({ name, points, colour, mark }) => ({
      ...{ label: name, mark, colour },
      value: points.at(-1)!.value,
    })),
    { range: vertical, digits: isExact ? null : isNarrow ? 3 : 2, leastHeight: PLOT.height, shift: 8 },
  );
  const right = Math.max(176, ends.width);
  const sizes = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  return {
    data: drawn.flatMap(tracesOf),
    layout: {
      width: 66 + PLOT.width + right,
      height: ends.height + 70,
      margin: { l: 66, r: right, t: 12, b: 58 },
      showlegend: false,
      xaxis: axis(plainText(isLogarithmic ? logarithmicTitle(x) : x), {
        ...horizontal(sizes, isLogarithmic),
        showline: true,
      }),
      yaxis: axis(plainText(y), { range: vertical, ticks: '' }),
      annotations: ends.annotations,
    },
    title: title ?? titleOf(drawn, y, { digits: isNarrow ? 3 : 2, isLowerBetter }),
    reading: (reading(drawn, interval, isExact) + cutNote(vertical) + note).trim(),
  };
}

/** Range with some room around values and intervals, within 0 and 1 if they are. */
function rangeOf(points: readonly CurvePoint[]): [number, number] {
  const all = points.flatMap(({ value, low, high, runs }) => [
    value,
    low ?? value,
    high ?? value,
    ...(runs ?? []),
  ]);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const padding = Math.max(0.01, 0.08 * (most - least));
  return [
    least >= 0 ? Math.max(0, least - padding) : least - padding,
    most <= 1 ? Math.min(1, most + padding) : most + padding,
  ];
}

function horizontal(sizes: readonly number[], isLogarithmic: boolean): Record<string, unknown> {
  const scaled = isLogarithmic ? sizes.map(Math.log10) : sizes;
  const [least, most] = [scaled[0], scaled.at(-1)!];
  const padding = isLogarithmic ? Math.max(0.06, 0.06 * (most - least)) : 0.03 * (most - least) || 1;
  const perUnit = PLOT.width / (most - least + 2 * padding);
  const labels = sizes.map((size) => formatNumber(size, 2));
  const widths = labels.map((label) => textWidth(label, TICK_SIZE));
  const areApart = sizes.every(
    (_, index) =>
      index === 0 ||
      perUnit * (scaled[index] - scaled[index - 1]) > (widths[index - 1] + widths[index]) / 2 + TICK_GAP,
  );
  return {
    ...(sizes.length <= MOST_TICKS && areApart && { tickvals: sizes, ticktext: labels }),
    ...(isLogarithmic && { type: 'log' }),
    range: [least - padding, most + padding],
  };
}

function titleOf(
  drawn: readonly DrawnCurve[],
  y: string,
  { digits, isLowerBetter }: { digits: number; isLowerBetter: boolean },
): string {
  const better = (one: number, other: number) => (isLowerBetter ? one < other : one > other);
  const best = drawn.reduce((one, other) =>
    better(other.points.at(-1)!.value, one.points.at(-1)!.value) ? other : one,
  );
  const [first, last] = [best.points[0], best.points.at(-1)!];
  const values =
    first === last
      ? `${last.value.toFixed(digits)} at ${formatNumber(last.x, 2)}`
      : `from ${first.value.toFixed(digits)} at ${formatNumber(first.x, 2)} to ${last.value.toFixed(digits)} at ${formatNumber(last.x, 2)}`;
  return `${drawn.length > 1 ? `${capitalized(y)}: ${nameInTitle(best.name)} ends ${isLowerBetter ? 'lowest' : 'highest'}, ` : `${capitalized(y)} of ${nameInTitle(best.name)}: `}${values}`;
}

const cutNote = ([lowest]: readonly [number, number]): string =>
  lowest > 0 ? ` The vertical axis starts at ${formatNumber(lowest, 2)}.` : '';

function reading(drawn: readonly DrawnCurve[], interval: string, isExact: boolean): string {
  if (isExact) return '';
  const withInterval = drawn.filter(({ points }) => points.some(hasInterval));
  const marks = withInterval.length
    ? `${withInterval.every(isBand) ? 'Bands' : withInterval.some(isBand) ? 'Bars and bands' : 'Bars'} are ${interval}`
    : 'Without intervals, so that small differences may be chance';
  return `${marks}; numbers at the right are the last values.`;
}
