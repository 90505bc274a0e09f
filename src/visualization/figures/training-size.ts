import { InputError } from '../../foundation';
import { type Figure, formatNumber } from '../figure';
import { chooseLabels, labelsIn, listLabels } from '../shown-labels';
import type { Curve } from './curve-traces';
import { curves } from './curves';

/** One training run on a part of the sentences. */
export interface SizedTraining {
  sentences: number;
  seed: number;
  /** Strict span F1 on dev; null if the label has no gold mentions there. */
  f1: Readonly<Record<string, number | null>>;
}

/** F1 by label against the number of training sentences: a pale point per run, a line through the means over seeds, bars from minimum to maximum. */
export function trainingSizeCurves(trainings: readonly SizedTraining[]): Figure {
  if (trainings.length === 0) throw new InputError('There is no training run to draw; give at least one');
  const sizes = [...new Set(trainings.map(({ sentences }) => sentences))].sort((a, b) => a - b);
  const labels = labelsIn(trainings.map(({ f1 }) => f1));
  const isKnown = (label: string) => trainings.some(({ f1 }) => f1[label] != null);
  const { shown, note } = chooseLabels(labels.filter(isKnown), { weight: () => 0, which: 'the first' });
  // A label without gold mentions has no points, but its place determines the colours of the others.
  const ofLabels = labels.map((name) => ({
    name,
    points: sizes.flatMap((sentences) => {
      const runs = trainings
        .filter((training) => training.sentences === sentences)
        .flatMap(({ f1 }) => f1[name] ?? []);
      if (runs.length === 0 || !shown.includes(name)) return [];
      const value = runs.reduce((sum, score) => sum + score, 0) / runs.length;
      return { x: sentences, value, low: Math.min(...runs), high: Math.max(...runs), runs };
    }),
  }));
  return {
    ...curves(ofLabels, {
      ...{ x: 'training sentences', y: 'strict F1 on dev', isLogarithmic: true, range: [0, 1] },
    }),
    title: title(sizes, ofLabels),
    reading: reading(trainings, sizes, ofLabels) + note,
  };
}

/** How many labels are better with the most sentences in the worst run than with the fewest in the best. */
function title(sizes: readonly number[], ofLabels: readonly Curve[]): string {
  if (sizes.length < 2) return 'F1 of one number of training sentences';
  const [few, many] = [sizes[0], sizes[sizes.length - 1]];
  const gains = ofLabels.flatMap(({ points }) => {
    const [least, most] = [few, many].map((sentences) => points.find(({ x }) => x === sentences));
    return least?.high === undefined || most?.low === undefined ? [] : [most.low > least.high];
  });
  const gaining = gains.filter(Boolean).length;
  const which = gaining === gains.length ? 'Every label gains' : `${gaining} of ${gains.length} labels gain`;
  return `${which} from ${formatNumber(many)} training sentences over ${formatNumber(few)}`;
}

function reading(
  trainings: readonly SizedTraining[],
  sizes: readonly number[],
  ofLabels: readonly Curve[],
): string {
  const seeds = new Set(trainings.map(({ seed }) => seed)).size;
  const legend =
    seeds === 1
      ? 'Each point is one training run with one seed; other seeds may differ'
      : `Lines join the means of ${seeds} seeds, bars span the worst to the best`;
  const [last, before] = [sizes.at(-1), sizes.at(-2)];
  if (last === undefined || before === undefined) return `${legend}.`;
  const gains = ofLabels.flatMap(({ name, points }) => {
    const at = (sentences: number) => points.find(({ x }) => x === sentences)?.value;
    const [one, other] = [at(before), at(last)];
    return one === undefined || other === undefined ? [] : `${name} ${signed(other - one)}`;
  });
  return `${legend}; from ${formatNumber(before)} to ${formatNumber(last)} sentences: ${listLabels(gains)}.`;
}

function signed(difference: number): string {
  const size = Math.abs(difference).toFixed(2);
  const sign = difference < 0 ? '−' : '+';
  return Number(size) === 0 ? size : sign + size;
}
