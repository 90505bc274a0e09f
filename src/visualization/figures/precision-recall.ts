import type { PrecisionRecallCurve } from '../../evaluation';
import { type Figure, plainText, type Trace } from '../figure';
import { INK, labelColours } from '../palette';
import { chooseLabels, nameInTitle } from '../shown-labels';
import { unitSquares } from './panels';
import { visiblePoints } from './visible-points';

/**
 * Token precision against recall, one panel per label, with the point at the threshold. Null if the label has no gold mentions.
 *
 * @param threshold of each label: a token is predicted if its probability is above it
 */
export function precisionRecall(
  curves: Readonly<Record<string, PrecisionRecallCurve | null>>,
  threshold: Readonly<Record<string, number>>,
): Figure {
  const labels = Object.keys(curves);
  const colours = labelColours(labels);
  const { shown: shownLabels, note } = chooseLabels(labels, {
    // With all tokens predicted, precision is the share of gold tokens.
    weight: (label) => curves[label]?.precision[0] ?? -1,
    which: 'those with the most gold tokens',
  });
  const { panels, layout } = unitSquares(
    shownLabels,
    shownLabels.map((label) => {
      const curve = curves[label];
      return curve ? `average precision ${curve.averagePrecision.toFixed(3)}` : '<i>no gold: n/a</i>';
    }),
    { x: 'recall of tokens', y: 'precision of tokens' },
  );
  const data = panels.flatMap((panel, index): Trace[] => {
    const label = shownLabels[index];
    const curve = curves[label];
    const axes = { xaxis: `x${panel.suffix}`, yaxis: `y${panel.suffix}` };
    const shown = curve ? visiblePoints(curve.recall, curve.precision) : [];
    const chosen = curve ? [pointAt(curve, threshold[label])] : [];
    return [
      {
        type: 'scatter',
        mode: 'lines',
        name: plainText(label),
        x: shown.map((point) => curve!.recall[point]),
        y: shown.map((point) => curve!.precision[point]),
        ...axes,
        line: { color: colours[label], width: 2.2 },
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: `${plainText(label)} at the threshold`,
        x: chosen.map((point) => curve!.recall[point]),
        y: chosen.map((point) => curve!.precision[point]),
        ...axes,
        cliponaxis: false,
        marker: { size: 10, color: colours[label], line: { color: INK, width: 1.6 } },
      },
    ];
  });
  return {
    data,
    layout,
    title: titleOf(curves, shownLabels),
    reading: `Each curve covers all thresholds; the disc marks the one in use. Upper right is best.${note}`,
  };
}

function titleOf(
  curves: Readonly<Record<string, PrecisionRecallCurve | null>>,
  shown: readonly string[],
): string {
  const known = shown
    .filter((label) => curves[label])
    .toSorted((one, other) => curves[other]!.averagePrecision - curves[one]!.averagePrecision);
  if (known.length < 2) return 'Precision against recall of tokens';
  const describe = (label: string) => `${nameInTitle(label)} (${curves[label]!.averagePrecision.toFixed(2)})`;
  return `Average precision of tokens: highest for ${describe(known[0])}, lowest for ${describe(known.at(-1)!)}`;
}

/** Finds the curve's point for a threshold; the curve's thresholds ascend, and each includes the tokens at it. */
function pointAt({ thresholds }: PrecisionRecallCurve, threshold: number): number {
  const point = thresholds.findIndex((value) => value > threshold);
  return point < 0 ? thresholds.length : point;
}
