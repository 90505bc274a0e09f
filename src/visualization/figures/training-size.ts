import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { labelColours, withOpacity } from '../palette';
import { chooseLabels, labelsIn, listLabels } from '../shown-labels';
import { lineEnds } from './line-ends';

/** One training run on a part of the sentences. */
export interface SizedTraining {
  sentences: number;
  seed: number;
  /** Strict span F1 on test; null if the label has no gold mentions there. */
  f1: Readonly<Record<string, number | null>>;
}

const PLOT_HEIGHT = 340;
/** Marker shapes of labels by index, for colour-blind readers: Plotly's name, and the matching character. */
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

/** F1 by label against the number of training sentences: a pale point per run, a line through the means over seeds, bars from minimum to maximum. */
export function trainingSizeCurves(trainings: readonly SizedTraining[]): Figure {
  if (trainings.length === 0) throw new InputError('There is no training run to draw; give at least one');
  const sizes = [...new Set(trainings.map(({ sentences }) => sentences))].sort((a, b) => a - b);
  const labels = labelsIn(trainings.map(({ f1 }) => f1));
  const colours = labelColours(labels);
  const shapeOf = (label: string) => SHAPES[labels.indexOf(label) % SHAPES.length];
  const isKnown = (label: string) => trainings.some(({ f1 }) => f1[label] != null);
  const { shown, note } = chooseLabels(labels.filter(isKnown), { weight: () => 0, which: 'the first' });
  const curves = shown.map((label) => ({
    label,
    points: sizes.flatMap((sentences) => {
      const values = trainings
        .filter((training) => training.sentences === sentences)
        .flatMap(({ f1 }) => f1[label] ?? []);
      if (values.length === 0) return [];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { sentences, values, mean, least: Math.min(...values), most: Math.max(...values) };
    }),
  }));
  const data = curves.flatMap(({ label, points }): Trace[] => [
    {
      type: 'scatter',
      mode: 'markers',
      name: `${plainText(label)}, each seed`,
      x: points.flatMap(({ sentences, values }) => values.map(() => sentences)),
      y: points.flatMap(({ values }) => values),
      marker: { color: withOpacity(colours[label], 0.4), size: 6, symbol: shapeOf(label)[0] },
    },
    {
      type: 'scatter',
      mode: 'lines+markers',
      cliponaxis: false,
      name: plainText(label),
      x: points.map(({ sentences }) => sentences),
      y: points.map(({ mean }) => mean),
      line: { color: colours[label], width: 2.2 },
      marker: { color: colours[label], size: 9, symbol: shapeOf(label)[0] },
      error_y: {
        type: 'data',
        symmetric: false,
        array: points.map(({ mean, most }) => most - mean),
        arrayminus: points.map(({ mean, least }) => mean - least),
        color: colours[label],
        thickness: 1.4,
        width: 5,
      },
    },
  ]);
  const ends = lineEnds(
    curves.map(({ label, points }) => ({
      label,
      mark: shapeOf(label)[1],
      colour: colours[label],
      value: points.at(-1)!.mean,
    })),
    { leastHeight: PLOT_HEIGHT, shift: 8 },
  );
  const right = Math.max(176, ends.width);
  const padding = Math.max(0.06, 0.06 * Math.log10(sizes.at(-1)! / sizes[0]));
  return {
    data,
    layout: {
      width: 684 + right,
      height: ends.height + 70,
      margin: { l: 66, r: right, t: 12, b: 58 },
      showlegend: false,
      xaxis: axis('training sentences (logarithmic)', {
        type: 'log',
        range: [Math.log10(sizes[0]) - padding, Math.log10(sizes.at(-1)!) + padding],
        tickvals: sizes,
        ticktext: sizes.map((size) => formatNumber(size)),
        showline: true,
      }),
      yaxis: axis('strict F1 on test', { range: [0, 1], ticks: '' }),
      annotations: ends.annotations,
    },
    title: 'F1 against the number of training sentences',
    reading: reading(trainings, sizes, curves) + note,
  };
}

function reading(
  trainings: readonly SizedTraining[],
  sizes: readonly number[],
  curves: readonly { label: string; points: readonly { sentences: number; mean: number }[] }[],
): string {
  const seeds = new Set(trainings.map(({ seed }) => seed)).size;
  const legend =
    seeds === 1
      ? 'Each point is one training run with one seed; other seeds may differ'
      : `Lines join the means of ${seeds} seeds, bars span the worst to the best`;
  const [last, before] = [sizes.at(-1), sizes.at(-2)];
  if (last === undefined || before === undefined) return `${legend}.`;
  const gains = curves.flatMap(({ label, points }) => {
    const at = (sentences: number) => points.find((point) => point.sentences === sentences)?.mean;
    const [one, other] = [at(before), at(last)];
    return one === undefined || other === undefined
      ? []
      : `${label} ${other < one ? '−' : '+'}${Math.abs(other - one).toFixed(2)}`;
  });
  return `${legend}; from ${formatNumber(before)} to ${formatNumber(last)} sentences: ${listLabels(gains)}.`;
}
