import type { RocCurve } from '../../evaluation';
import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, LABEL_COLOURS, LIMIT, labelColours, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, listLabels, nameInTitle } from '../shown-labels';
import { visiblePoints } from './visible-points';

// In pixels.
const SQUARE = 380;
const LEFT = 66;
const BETWEEN = 64;
const BOTTOM = 56;
const KEY = { lineHeight: 18, size: 12, longestName: 280, gap: 20 };
/** Number of curves with a colour and a line of the key. */
const MOST_NAMED = 12;
/** If every AUC reaches this, a second panel enlarges the upper left corner, where all curves are. */
const ENLARGED_FROM = 0.9;
const CORNER = 0.2;

/**
 * ROC curves of a classifier, each label against the rest, with the area under the curve (AUC) in the key. The dashed diagonal is
 * chance. Of many labels, those with the lowest AUC have a colour and the others are grey.
 *
 * @param curves by label; null if every text has the label, or none
 * @throws InputError if no label has a curve
 */
export function rocFigure(curves: Readonly<Record<string, RocCurve | null>>): Figure {
  const labels = Object.keys(curves);
  const known = labels.filter((label) => curves[label]);
  if (known.length === 0)
    throw new InputError('There is no ROC curve to draw; give texts with and without at least one label');
  const { shown, note } = chooseLabels(known, {
    most: MOST_NAMED,
    weight: (label) => -curves[label]!.auc,
    which: 'those with the lowest AUC, the others in grey',
  });
  // Of more labels than colours, those of the key have different ones.
  const colours = labelColours(labels.length > LABEL_COLOURS.length ? shown : labels);
  const byAuc = (some: readonly string[]) =>
    some.toSorted((one, other) => curves[other]!.auc - curves[one]!.auc);
  const ordered = byAuc(known);
  const [best, worst] = [ordered[0], ordered.at(-1)!];
  const isEnlarged = curves[worst]!.auc >= ENLARGED_FROM;
  const named = byAuc(shown);
  const key = keyOf(named, curves, colours);
  const squares = isEnlarged ? 2 : 1;
  const plot = squares * SQUARE + (squares - 1) * BETWEEN;
  const right = KEY.gap + key.width + 16;
  const others = known.filter((label) => !shown.includes(label));
  const data: Trace[] = [];
  const shapes: Record<string, unknown>[] = [];
  const layout: Figure['layout'] = {
    width: LEFT + plot + right,
    height: SQUARE + 16 + BOTTOM,
    margin: { l: LEFT, r: right, t: 16, b: BOTTOM },
    showlegend: false,
    shapes,
    annotations: key.annotations,
  };
  for (let square = 0; square < squares; square++) {
    const suffix = square === 0 ? '' : '2';
    const extent = square === 0 ? 1 : CORNER;
    const start = (square * (SQUARE + BETWEEN)) / plot;
    layout[`xaxis${suffix}`] = axis('false positive rate', {
      domain: [start, Math.min(1, start + SQUARE / plot)],
      anchor: `y${suffix}`,
      range: [0, 1.01 * extent],
      showline: true,
    });
    layout[`yaxis${suffix}`] = axis(square === 0 ? 'true positive rate' : '', {
      anchor: `x${suffix}`,
      range: [1 - extent, 1 + 0.01 * extent],
      showline: true,
      ticks: '',
    });
    if (square === 0)
      shapes.push({
        ...{ type: 'line', layer: 'below', xref: 'x', yref: 'y', x0: 0, y0: 0, x1: 1, y1: 1 },
        line: { color: LIMIT, width: 1.2, dash: 'dash' },
      });
    const line = (label: string, colour: string, width: number): Trace => {
      const { falsePositiveRate: x, truePositiveRate: y } = curves[label]!;
      const points = visiblePoints(x, y, extent / 200);
      return {
        ...{ type: 'scatter', mode: 'lines', name: plainText(label) },
        x: points.map((point) => x[point]),
        y: points.map((point) => y[point]),
        ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
        line: { color: colour, width },
      };
    };
    data.push(...others.map((label) => line(label, withOpacity('#808080', 0.35), 1)));
    data.push(...named.map((label) => line(label, colours[label], 2)));
  }
  const auc = (label: string) => curves[label]!.auc.toFixed(3);
  const unknown = labels.filter((label) => !curves[label]);
  return {
    data,
    layout,
    title:
      known.length === 1
        ? `AUC of ${nameInTitle(best)} against the rest: ${auc(best)}`
        : `AUC from ${auc(worst)} (${nameInTitle(worst)}) to ${auc(best)}${shown.includes(best) ? ` (${nameInTitle(best)})` : ''}, each label against the rest`,
    reading:
      'The dashed diagonal is chance; the key has the area under the curve and the number of texts with the label.' +
      (isEnlarged ? ' The right panel enlarges the upper left corner.' : '') +
      (unknown.length ? ` No curve, as all texts have it or none: ${listLabels(unknown)}.` : '') +
      note,
  };
}

function keyOf(
  named: readonly string[],
  curves: Readonly<Record<string, RocCurve | null>>,
  colours: Readonly<Record<string, string>>,
): { annotations: Record<string, unknown>[]; width: number } {
  const lines = named.map((label) => {
    const { auc, positives } = curves[label]!;
    return `${fitText(label, KEY.longestName, KEY.size)} ${auc.toFixed(3)} (${formatNumber(positives)})`;
  });
  return {
    annotations: lines.map((line, index) => ({
      text: `<span style="color:${colours[named[index]]}">■</span> ${plainText(line)}`,
      ...{ xref: 'paper', x: 1, xanchor: 'left', xshift: KEY.gap - 4 },
      ...{ yref: 'paper', y: 1, yanchor: 'top', yshift: -index * KEY.lineHeight },
      align: 'left',
      showarrow: false,
      font: { size: KEY.size, color: INK },
    })),
    width: 20 + Math.max(...lines.map((line) => textWidth(line, KEY.size))),
  };
}
