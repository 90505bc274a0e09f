import type { Trace } from '../figure';
import type { Position } from './levels';

/** Lines or rings as one trace, with a gap between them. @param style attributes of the trace */
export function pathTrace(lines: readonly (readonly Position[])[], style: object): Trace {
  return {
    type: 'scatter',
    mode: 'lines',
    x: lines.flatMap((line) => [...line.map(([across]) => across), null]),
    y: lines.flatMap((line) => [...line.map(([, up]) => up), null]),
    hoverinfo: 'skip',
    ...style,
  };
}
