import { plainText, type Trace } from '../figure';
import { withOpacity } from '../palette';

/** A score at one size, with its interval and the single runs if there are several. */
export interface CurvePoint {
  x: number;
  /** The score, or the mean of the runs. */
  value: number;
  low?: number;
  high?: number;
  /** Scores of single runs, drawn as pale points. */
  runs?: readonly number[];
}

export interface Curve {
  name: string;
  points: readonly CurvePoint[];
}

/** Curves with more points have bands instead of bars. */
const MOST_BARS = 12;
/** A curve with its colour, the symbol of its markers and a similar character. */
export interface DrawnCurve extends Curve {
  colour: string;
  symbol: string;
  mark: string;
}

export const hasInterval = ({ low, high }: CurvePoint) => low !== undefined && high !== undefined;
export const isBand = ({ points }: Curve) => points.length > MOST_BARS;

/** Draws the band or the single runs of a curve, then its line with bars. */
export function tracesOf(curve: DrawnCurve): Trace[] {
  const { name, points, colour, symbol } = curve;
  const traces: Trace[] = [];
  const measured = points.filter(hasInterval);
  if (isBand(curve) && measured.length)
    traces.push({
      ...{ type: 'scatter', mode: 'lines', name: `${plainText(name)}, interval` },
      // Along the upper ends, and back along the lower ones.
      x: [...measured, ...measured.toReversed()].map((point) => point.x),
      y: [...measured.map(({ high }) => high), ...measured.toReversed().map(({ low }) => low)],
      ...{ fill: 'toself', fillcolor: withOpacity(colour, 0.15), line: { width: 0 }, hoverinfo: 'skip' },
    });
  if (points.some(({ runs }) => runs))
    traces.push({
      ...{ type: 'scatter', mode: 'markers', name: `${plainText(name)}, each run` },
      x: points.flatMap((point) => (point.runs ?? []).map(() => point.x)),
      y: points.flatMap(({ runs }) => runs ?? []),
      marker: { color: withOpacity(colour, 0.4), size: 6, symbol },
    });
  traces.push({
    ...{ type: 'scatter', mode: isBand(curve) ? 'lines' : 'lines+markers', name: plainText(name) },
    cliponaxis: false,
    x: points.map((point) => point.x),
    y: points.map(({ value }) => value),
    line: { color: colour, width: 2.2 },
    marker: { color: colour, size: 9, symbol },
    ...(!isBand(curve) &&
      measured.length && {
        error_y: {
          ...{ type: 'data', symmetric: false, color: colour, thickness: 1.4, width: 5 },
          array: points.map(({ value, high }) => (high ?? value) - value),
          arrayminus: points.map(({ value, low }) => value - (low ?? value)),
        },
      }),
  });
  return traces;
}
