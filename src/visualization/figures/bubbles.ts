import { InputError } from '../../foundation';
import { axis, capitalized, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, NEUTRAL, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { placeLabels, type Rectangle } from '../rendering/labels';
import { nameInTitle } from '../shown-labels';
import { paretoFront } from './pareto';
import { linearRange, logarithmicTitle, logRange, logTicks } from './scatter-axes';
import { besidePlot, sizeKey, sizeText } from './size-key';

/** One model: where its disc is, and how large. */
export interface Bubble {
  name: string;
  /** Above zero: the axis is logarithmic. */
  x: number;
  y: number;
  /** Above zero, proportional to the area of the disc. */
  size: number;
  /** Ends of the interval of y, drawn as a vertical bar. */
  interval?: readonly [low: number, high: number];
  /** One standard deviation around x, drawn as a horizontal bar; above zero. */
  xInterval?: readonly [low: number, high: number];
}

export interface BubbleOptions {
  /** Titles of the axes with their units; the horizontal one is logarithmic. */
  x: string;
  y: string;
  /** Unit of the sizes. Default: MB. */
  sizeUnit?: string;
  /** Name of a model through which dashed lines are drawn, to compare with. */
  baseline?: string;
  /** Name of a model that is drawn as a dashed circle: the newest one. */
  newest?: string;
}

const PLOT = { width: 700, height: 380 };
const LARGEST_DIAMETER = 70;
const LABEL_SIZE = 12;
const LONGEST_NAME = 260;
/** With more discs than this, they are numbered and a key names them, since names would overlap. */
const MOST_NAMES = 8;
const LINE_HEIGHT = 22;

/**
 * Models as discs: a score against a cost such as latency, with the area of each disc proportional to a size. A dotted line joins the
 * Pareto front: the models than which none is both cheaper and better. A key shows what areas mean.
 *
 * @throws InputError without models, or if one has no cost or size above zero
 * @example
 * bubbles([{ name: 'MiniLM', x: 4, y: 0.94, size: 90, interval: [0.93, 0.95] }],
 *   { x: 'median latency (ms)', y: 'accuracy on test' });
 */
export function bubbles(
  models: readonly Bubble[],
  { x: xTitle, y: yTitle, sizeUnit = 'MB', baseline, newest }: BubbleOptions,
): Figure {
  const points = [...models].sort((one, other) => one.x - other.x);
  if (points.length === 0) throw new InputError('There is no model to draw; benchmark at least one');
  for (const { name, x, y, size, interval, xInterval } of points) {
    const numbers = [x, y, size, ...(interval ?? []), ...(xInterval ?? [])];
    if (!(x > 0 && size > 0 && (xInterval?.[0] ?? x) > 0 && numbers.every(Number.isFinite)))
      throw new InputError(
        `${name}: ${y} at ${x} with size ${size} cannot be drawn; give numbers, and a size and a place on the horizontal axis above zero`,
      );
  }
  const front = paretoFront(points);
  const xRange = logRange(points.flatMap(({ x, xInterval }) => [x, ...(xInterval ?? [])]));
  const yRange = linearRange(points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]));
  const largest = Math.max(...points.map(({ size }) => size));
  const diameterOf = (size: number) => LARGEST_DIAMETER * Math.sqrt(size / largest);
  const names = points.map(({ name, size }) => [
    fitText(name, LONGEST_NAME, LABEL_SIZE),
    sizeText(size, sizeUnit),
  ]);
  const isKeyed = points.length > MOST_NAMES;
  const lines = isKeyed ? points.map((_, index) => [String(index + 1)]) : names;
  const across = (x: number) => (PLOT.width * (Math.log10(x) - xRange[0])) / (xRange[1] - xRange[0]);
  const down = (y: number) => (PLOT.height * (yRange[1] - y)) / (yRange[1] - yRange[0]);
  const places = placeLabels(
    points.map(({ x, y, size }, index) => ({
      ...{ x: across(x), y: down(y) },
      radius: diameterOf(size) / 2,
      lines: lines[index],
    })),
    {
      ...PLOT,
      fontSize: LABEL_SIZE,
      obstacles: [
        ...points.flatMap(({ x, interval }) =>
          interval
            ? { left: across(x) - 3, right: across(x) + 3, top: down(interval[1]), bottom: down(interval[0]) }
            : [],
        ),
        ...front.slice(1).flatMap((end, index) => alongLine([front[index], end], across, down)),
      ],
    },
  );
  const reference = points.find(({ name }) => name === baseline);
  const isNewest = ({ name }: Bubble) => name === newest;
  const numbered = isKeyed ? names.map((line, index) => `${index + 1}  ${line.join(', ')}`) : [];
  const sizes = sizeKey(largest, sizeUnit, diameterOf, numbered.length * LINE_HEIGHT);
  const right = 40 + Math.max(sizes.width, ...numbered.map((line) => textWidth(line, LABEL_SIZE)));
  return {
    data: [
      {
        ...{ type: 'scatter', mode: 'markers' },
        x: points.map(({ x }) => x),
        y: points.map(({ y }) => y),
        customdata: points.map(({ size }) => size),
        hovertext: names.map((label) => label.map(plainText).join(', ')),
        ...{ hoverinfo: 'text+x+y', cliponaxis: false },
        marker: {
          size: points.map(({ size }) => diameterOf(size)),
          sizemode: 'diameter',
          color: points.map((point) =>
            isNewest(point) ? 'rgba(255, 255, 255, 0)' : withOpacity(NEUTRAL, 0.45),
          ),
          opacity: 1,
          line: { color: NEUTRAL, width: points.map((point) => (isNewest(point) ? 0 : 1.5)) },
        },
      },
      {
        ...{ type: 'scatter', mode: 'lines', hoverinfo: 'skip' },
        x: front.map(({ x }) => x),
        y: front.map(({ y }) => y),
        line: { color: INK, width: 1, dash: 'dot' },
      },
      ...(points.some(({ interval }) => interval) ? [intervalsOf(points)] : []),
      ...(points.some(({ xInterval }) => xInterval) ? [xIntervalsOf(points)] : []),
      ...points.filter(isNewest).map(({ x, y, size }) => {
        const radius = diameterOf(size) / 2;
        return dashedEllipse({ x, y }, [
          (radius / PLOT.width) * (xRange[1] - xRange[0]),
          (radius / PLOT.height) * (yRange[1] - yRange[0]),
        ]);
      }),
    ],
    layout: {
      width: 72 + PLOT.width + right,
      height: Math.max(PLOT.height, numbered.length * LINE_HEIGHT + sizes.height) + 70,
      margin: { l: 72, r: right, t: 10, b: 60 },
      showlegend: false,
      xaxis: axis(plainText(logarithmicTitle(xTitle)), {
        ...{ type: 'log', range: xRange, tickvals: logTicks(xRange), showline: true },
      }),
      yaxis: axis(plainText(yTitle), {
        ...{ range: yRange, showline: true, tickformat: yRange[1] - yRange[0] < 0.06 ? '.3f' : '.2f' },
      }),
      shapes: [...sizes.shapes, ...(reference ? linesThrough(reference) : [])],
      annotations: [
        ...points.map(({ x, y }, index) => ({
          text: isKeyed
            ? lines[index][0]
            : `${plainText(lines[index][0])}<br><span style="font-size:11px">${plainText(lines[index][1])}</span>`,
          align: places[index].align,
          ...{ x: Math.log10(x), y, xanchor: 'center', yanchor: 'middle' },
          ...{ xshift: places[index].dx, yshift: -places[index].dy, showarrow: false },
          font: { size: LABEL_SIZE, color: INK },
        })),
        ...numbered.map((line, index) => besidePlot(plainText(line), index * LINE_HEIGHT)),
        ...sizes.annotations,
      ],
    },
    title: titleOf(points, yTitle),
    reading:
      'The upper left is best; no model is both cheaper and better than those on the dotted line.' +
      (points.some(({ interval }) => interval) ? ' Vertical bars are 95% intervals.' : '') +
      (points.some(({ xInterval }) => xInterval) ? ' Horizontal bars are one standard deviation.' : '') +
      (reference ? ` Dashed lines go through ${reference.name}.` : '') +
      (points.some(isNewest) ? ` The dashed circle is ${newest}.` : '') +
      (isKeyed ? ' The numbers are in order of the horizontal axis.' : '') +
      (yRange[0] > 0 ? ` The vertical axis starts at ${yRange[0].toFixed(2)}.` : ''),
  };
}

function intervalsOf(points: readonly Bubble[]): Trace {
  const ends = points.flatMap(({ x, interval }) => (interval ? [x, x, null] : []));
  return {
    ...{ type: 'scatter', mode: 'lines', hoverinfo: 'skip' },
    x: ends,
    y: points.flatMap(({ interval }) => (interval ? [...interval, null] : [])),
    line: { color: INK, width: 1.4 },
  };
}

function xIntervalsOf(points: readonly Bubble[]): Trace {
  return {
    ...{ type: 'scatter', mode: 'lines', hoverinfo: 'skip' },
    x: points.flatMap(({ xInterval }) => (xInterval ? [...xInterval, null] : [])),
    y: points.flatMap(({ y, xInterval }) => (xInterval ? [y, y, null] : [])),
    line: { color: INK, width: 1.4 },
  };
}

/** A vertical and a horizontal line over the whole plot. */
function linesThrough({ x, y }: Bubble): Record<string, unknown>[] {
  const line = { color: INK, width: 1, dash: 'dash' };
  return [
    { type: 'line', layer: 'below', x0: x, x1: x, y0: 0, y1: 1, yref: 'paper', line },
    { type: 'line', layer: 'below', x0: 0, x1: 1, xref: 'paper', y0: y, y1: y, line },
  ];
}

/** A circle on the screen. @param radii in exponents of ten along x, and along y */
function dashedEllipse(centre: { x: number; y: number }, [across, up]: [number, number]): Trace {
  const angles = Array.from({ length: 73 }, (_, index) => (index * Math.PI) / 36);
  return {
    ...{ type: 'scatter', mode: 'lines', hoverinfo: 'skip' },
    x: angles.map((angle) => centre.x * 10 ** (across * Math.cos(angle))),
    y: angles.map((angle) => centre.y + up * Math.sin(angle)),
    line: { color: NEUTRAL, width: 1.8, dash: '4px,3px' },
  };
}

function titleOf(points: readonly Bubble[], yTitle: string): string {
  const best = points.reduce((one, other) => (other.y > one.y ? other : one));
  const fastest = points[0];
  const at = ({ name, x, y }: Bubble) =>
    `${nameInTitle(name)} (${y.toFixed(3)} at ${formatNumber(x, x < 10 ? 1 : 0)})`;
  return best === fastest
    ? `${capitalized(yTitle)}: ${at(best)} is both best and cheapest`
    : `${capitalized(yTitle)}: ${at(best)} is best, ${at(fastest)} cheapest`;
}

/** Small squares along a line between two points. */
function alongLine(
  [from, to]: readonly [Bubble, Bubble],
  across: (x: number) => number,
  down: (y: number) => number,
): Rectangle[] {
  const [startX, startY, endX, endY] = [across(from.x), down(from.y), across(to.x), down(to.y)];
  const squares = Math.ceil(Math.hypot(endX - startX, endY - startY) / 6);
  return Array.from({ length: squares }, (_, square) => {
    const share = (square + 0.5) / squares;
    const [x, y] = [startX + share * (endX - startX), startY + share * (endY - startY)];
    return { left: x - 3, right: x + 3, top: y - 3, bottom: y + 3 };
  });
}
