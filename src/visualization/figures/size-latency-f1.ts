import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText } from '../figure';
import { INK, NEUTRAL, withOpacity } from '../palette';
import { placeLabels } from '../rendering/labels';

export interface BenchmarkPoint {
  name: string;
  sizeMb: number;
  latencyMs: number;
  /** From 0 to 1. */
  f1: number;
}

const PLOT = { width: 700, height: 380 };
const LARGEST_DIAMETER = 70;
const LABEL_SIZE = 12;
/** With more models than this, discs are numbered and a key names them, since names would overlap. */
const MOST_NAMES = 8;
const KEY = { width: 290, lineHeight: 22 };

/**
 * F1 against latency, with the area of each disc proportional to the model's size in MB. A line joins the Pareto front: the models
 * than which none is both faster and better. Models are ordered by latency.
 */
export function sizeLatencyF1(models: readonly BenchmarkPoint[]): Figure {
  const points = [...models].sort((one, other) => one.latencyMs - other.latencyMs);
  if (points.length === 0) throw new InputError('There is no model to draw; benchmark at least one');
  for (const { name, sizeMb, latencyMs, f1 } of points) {
    if (!(sizeMb > 0 && latencyMs > 0 && f1 >= 0 && f1 <= 1)) {
      throw new InputError(
        `${name}: size ${sizeMb} MB, latency ${latencyMs} ms, F1 ${f1} cannot be drawn; give a size and a latency ` +
          'above zero and an F1 from 0 to 1',
      );
    }
  }
  const front = paretoFront(points);
  const xRange = logRange(points.map(({ latencyMs }) => latencyMs));
  const yRange = linearRange(points.map(({ f1 }) => f1));
  const largest = Math.max(...points.map(({ sizeMb }) => sizeMb));
  const diameters = points.map(({ sizeMb }) => LARGEST_DIAMETER * Math.sqrt(sizeMb / largest));
  const names = points.map(({ name, sizeMb }) => [name, `${formatNumber(sizeMb, sizeMb < 10 ? 1 : 0)} MB`]);
  const keyed = points.length > MOST_NAMES;
  const lines = keyed ? points.map((_, index) => [String(index + 1)]) : names;
  const places = placeLabels(
    points.map(({ latencyMs, f1 }, index) => ({
      x: (PLOT.width * (Math.log10(latencyMs) - xRange[0])) / (xRange[1] - xRange[0]),
      y: (PLOT.height * (yRange[1] - f1)) / (yRange[1] - yRange[0]),
      radius: diameters[index] / 2,
      lines: lines[index],
    })),
    { ...PLOT, fontSize: LABEL_SIZE },
  );
  return {
    data: [
      {
        type: 'scatter',
        mode: 'markers',
        x: points.map(({ latencyMs }) => latencyMs),
        y: points.map(({ f1 }) => f1),
        customdata: points.map(({ sizeMb }) => sizeMb),
        hovertext: names.map((label) => label.map(plainText).join(', ')),
        hoverinfo: 'text+x+y',
        cliponaxis: false,
        marker: {
          size: diameters,
          sizemode: 'diameter',
          color: withOpacity(NEUTRAL, 0.45),
          opacity: 1,
          line: { color: NEUTRAL, width: 1.5 },
        },
      },
      {
        type: 'scatter',
        mode: 'lines',
        x: front.map(({ latencyMs }) => latencyMs),
        y: front.map(({ f1 }) => f1),
        hoverinfo: 'skip',
        line: { color: INK, width: 1, dash: 'dot' },
      },
    ],
    layout: {
      width: PLOT.width + 96 + (keyed ? KEY.width : 0),
      height: PLOT.height + 70,
      margin: { l: 72, r: 24 + (keyed ? KEY.width : 0), t: 10, b: 60 },
      showlegend: false,
      xaxis: axis('median latency per sentence (ms, logarithmic)', {
        type: 'log',
        range: xRange,
        tickvals: logTicks(xRange),
        showline: true,
      }),
      yaxis: axis('mean strict F1 of the classes', {
        range: yRange,
        showline: true,
        tickformat: yRange[1] - yRange[0] < 0.06 ? '.3f' : '.2f',
      }),
      annotations: [
        ...points.map(({ latencyMs, f1 }, index) => ({
          text: keyed
            ? lines[index][0]
            : `${plainText(lines[index][0])}<br><span style="font-size:11px">${lines[index][1]}</span>`,
          align: places[index].align,
          x: Math.log10(latencyMs),
          y: f1,
          xanchor: 'center',
          yanchor: 'middle',
          xshift: places[index].dx,
          yshift: -places[index].dy,
          showarrow: false,
          font: { size: LABEL_SIZE, color: INK },
        })),
        ...(keyed ? keyOf(names) : []),
      ],
    },
    title: 'Size, latency and F1',
    reading: keyed ? `${reading(points)} The numbers are in order of latency.` : reading(points),
  };
}

/** Lists number, name and size to the right of the plot. */
function keyOf(names: readonly (readonly string[])[]) {
  return names.map(([name, size], index) => ({
    text: `${index + 1}  ${plainText(name)}, ${size}`,
    align: 'left',
    xref: 'paper',
    yref: 'paper',
    x: 1,
    y: 1,
    xanchor: 'left',
    yanchor: 'top',
    xshift: 16,
    yshift: -index * KEY.lineHeight,
    showarrow: false,
    font: { size: LABEL_SIZE, color: INK },
  }));
}

/** The points than which none is both faster and better, the fastest first. */
function paretoFront(points: readonly BenchmarkPoint[]): BenchmarkPoint[] {
  const byLatency = [...points].sort((one, other) => one.latencyMs - other.latencyMs || other.f1 - one.f1);
  let best = Number.NEGATIVE_INFINITY;
  return byLatency.filter(({ f1 }) => {
    const better = f1 > best;
    best = Math.max(best, f1);
    return better;
  });
}

/** Axis range in exponents of ten, with room for the discs at both ends. */
function logRange(values: readonly number[]): [number, number] {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const padding = Math.max(0.12, (high - low) * 0.18);
  return [low - padding, high + padding];
}

/** Axis range with room for discs and names, at least 0. */
function linearRange(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const padding = Math.max(0.02, (high - low) * 0.3);
  return [Math.max(0, low - padding), high + padding];
}

/** Ticks 1, 2, 5, 10 … within the range; in short ranges every step of the leading digit. */
function logTicks([low, high]: [number, number]): number[] {
  const digits = high - low > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let exponent = Math.floor(low); exponent <= high; exponent++) {
    ticks.push(...digits.map((digit) => Number((digit * 10 ** exponent).toPrecision(3))));
  }
  return ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
}

function reading(points: readonly BenchmarkPoint[]): string {
  const explanation =
    "The upper left is best; the area of a disc is proportional to the model's size; no model is both faster and better than those on the dotted line.";
  const smallest = points.reduce((best, point) => (point.sizeMb < best.sizeMb ? point : best));
  const largest = points.reduce((best, point) => (point.sizeMb > best.sizeMb ? point : best));
  if (smallest === largest) return explanation;
  const times = (ratio: number) => formatNumber(ratio, ratio < 10 ? 1 : 0);
  const speed = largest.latencyMs / smallest.latencyMs;
  const difference = smallest.f1 - largest.f1;
  return (
    `${explanation} The smallest, ${smallest.name}, is ${times(largest.sizeMb / smallest.sizeMb)} times smaller than ` +
    `the largest, ${largest.name}, and ${speed >= 1 ? `${times(speed)} times faster` : `${times(1 / speed)} times slower`}, ` +
    `${Math.abs(difference) < 0.0005 ? 'at the same F1' : `with ${Math.abs(difference).toFixed(3)} ${difference < 0 ? 'less' : 'more'} F1`}.`
  );
}
