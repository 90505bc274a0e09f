import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText } from '../figure';
import { INK, NEUTRAL, withOpacity } from '../palette';
import type { BenchmarkPoint } from './size-latency-f1';

const PANEL = { width: 230, gap: 0.05 };
const ROW_HEIGHT = 34;
const MARGIN = { l: 210, r: 40, t: 10, b: 60 };

const PANELS = [
  { title: 'size (MB)', measure: ({ sizeMb }: BenchmarkPoint) => sizeMb, digits: 1 },
  { title: 'median latency (ms)', measure: ({ latencyMs }: BenchmarkPoint) => latencyMs, digits: 2 },
  { title: 'strict F1 (points)', measure: ({ f1 }: BenchmarkPoint) => 100 * f1, digits: 1 },
];

/**
 * The effect of each compression step: one row per step, starting with the original model; for size, latency and F1, a bar from the
 * previous step's value to the current one.
 */
export function compressionWaterfall(steps: readonly BenchmarkPoint[]): Figure {
  if (steps.length < 2)
    throw new InputError('There is no step to draw; give the model before and after a step');
  const names = steps.map(({ name }) => plainText(name));
  const width = (1 - PANEL.gap * (PANELS.length - 1)) / PANELS.length;
  const layout: Figure['layout'] = {
    width: MARGIN.l + MARGIN.r + PANEL.width * PANELS.length,
    height: MARGIN.t + MARGIN.b + ROW_HEIGHT * steps.length,
    margin: MARGIN,
    showlegend: false,
    bargap: 0.35,
    yaxis: axis('', { type: 'category', autorange: 'reversed', ticks: '', gridcolor: 'rgba(0,0,0,0)' }),
  };
  const data: Figure['data'] = [];
  for (const [index, { title, measure, digits }] of PANELS.entries()) {
    const suffix = index === 0 ? '' : String(index + 1);
    const values = steps.map(measure);
    const bars = values.map((value, step) => barOf(value, values[step - 1]));
    const labels = values.map((value) => formatNumber(value, digits));
    const from = index * (width + PANEL.gap);
    layout[`xaxis${suffix}`] = axis(title, {
      domain: [from, from + width],
      range: rangeOf(values, index < 2),
      showline: true,
      nticks: 5,
    });
    data.push({
      type: 'bar',
      orientation: 'h',
      xaxis: `x${suffix}`,
      yaxis: 'y',
      y: names,
      base: bars.map(({ base }) => base),
      x: bars.map(({ extent }) => extent),
      text: labels,
      textposition: 'none',
      hoverinfo: 'text',
      marker: {
        color: values.map((_, step) => withOpacity(step === 0 ? INK : NEUTRAL, step === 0 ? 0.55 : 0.7)),
      },
    });
    layout.annotations = [
      ...(layout.annotations ?? []),
      ...bars.map((_, step) => ({
        text: labels[step],
        x: bars[step].base + bars[step].extent,
        y: names[step],
        xref: `x${suffix}`,
        yref: 'y',
        xanchor: 'left',
        xshift: 4,
        showarrow: false,
        font: { size: 11, color: INK },
      })),
    ];
  }
  const [lowest] = rangeOf(steps.map(PANELS[2].measure), false);
  return { data, layout, title: titleOf(steps), reading: readingOf(lowest > 0) };
}

/** From the previous to the current value; the first bar starts at zero. */
function barOf(value: number, before = 0): { base: number; extent: number } {
  return { base: Math.min(value, before), extent: Math.abs(value - before) };
}

/** With room for the numbers at the bars' ends. The F1 axis may start above zero, since small steps would not be visible. */
function rangeOf(values: readonly number[], fromZero: boolean): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (fromZero) return [0, high * 1.25];
  const padding = Math.max(1, high - low);
  return [Math.max(0, low - padding), high + padding * 0.9];
}

function titleOf(steps: readonly BenchmarkPoint[]): string {
  const [first, last] = [steps[0], steps.at(-1)!];
  const times = (ratio: number) => formatNumber(ratio, 1);
  const points = 100 * (last.f1 - first.f1);
  const change = `${formatNumber(Math.abs(points), 1)} points of F1 ${points < 0 ? 'lost' : 'gained'}`;
  return `All steps together: ${times(first.sizeMb / last.sizeMb)} times smaller, ${times(first.latencyMs / last.latencyMs)} times faster, ${change}`;
}

const readingOf = (isCut: boolean): string =>
  `Each bar reaches from the previous step's value to the number beside it${isCut ? '; the F1 axis does not start at zero' : ''}.`;
