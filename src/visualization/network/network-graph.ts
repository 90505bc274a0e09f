import { InputError, printable } from '../../foundation';
import { type Figure, formatNumber, plainText, type Trace } from '../figure';
import { labelColours } from '../palette';
import { fitText } from '../rendering/font';
import { listLabels } from '../shown-labels';
import { forceLayout, type Point } from './layout';
import { namesWithRoom } from './names';

export interface GraphNode {
  id: string;
  name: string;
  /** Decides the colour. */
  group: string;
  /** Default: the number of edges drawn at the node. Give it for a part of a larger graph. */
  degree?: number;
}

/** An edge between nodes, by their ids; drawn as an arrow. */
export interface GraphEdge {
  source: string;
  target: string;
  /** Such as `is_a`; each kind has its own line. */
  kind: string;
}

export interface GraphOptions {
  title: string;
  seed: number;
  /** Groups in the order of their colours. Default: in the order of the nodes. */
  groups?: readonly string[];
}

const PLOT = { width: 1000, height: 760 };
const RADIUS = { smallest: 6, largest: 24 };
/** Pixels of a name in the reading. */
const SPOKEN_WIDTH = 330;
const KEY_HEIGHT = 30;
/** Line of each kind of edge, by frequency; more kinds than these share the last. */
const LINES = [
  { dash: 'solid', color: '#8A919A' },
  { dash: 'dash', color: '#B35000' },
  { dash: 'dot', color: '#3949AB' },
  { dash: 'dashdot', color: '#007A78' },
  { dash: 'longdash', color: '#AD1457' },
  { dash: 'longdashdot', color: '#5F6368' },
] as const;

/**
 * A graph of up to about 60 nodes, placed by forces: colour by group, area by degree, a line for each kind of edge, names beside as
 * many nodes as have room, those with the highest degree first. In the interactive view, each node shows its name, group and degree.
 *
 * Edges with an end outside the given nodes are not drawn, but counted in the reading; so all edges of a larger graph may be given.
 *
 * @example
 * networkGraph(
 *   [{ id: 'a', name: 'catalysis', group: 'function' }, { id: 'b', name: 'hydrolysis', group: 'function' }],
 *   [{ source: 'b', target: 'a', kind: 'is_a' }],
 *   { title: 'Two terms', seed: 1 },
 * );
 */
export function networkGraph(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  { title, seed, groups: given = [] }: GraphOptions,
): Figure {
  const indices = indexOf(nodes);
  const drawn = edges.flatMap(({ source, target, kind }) => {
    const [from, to] = [indices.get(source), indices.get(target)];
    return from === undefined || to === undefined ? [] : [{ from, to, kind }];
  });
  const degrees = nodes.map(
    ({ degree }, index) => degree ?? drawn.filter(({ from, to }) => from === index || to === index).length,
  );
  const most = Math.max(1, ...degrees);
  const radii = degrees.map((degree) =>
    Math.max(RADIUS.smallest, RADIUS.largest * Math.sqrt(Math.max(0, degree) / most)),
  );
  const points = forceLayout(
    radii,
    drawn.filter(({ from, to }) => from !== to).map(({ from, to }) => [from, to] as const),
    { ...PLOT, seed },
  );
  const order = nodes.map((_, index) => index).sort((one, other) => degrees[other] - degrees[one]);
  const names = namesWithRoom(
    order.map((index) => ({ ...points[index], radius: radii[index], name: nodes[index].name })),
    PLOT,
  );
  const kinds = byFrequency(drawn.map(({ kind }) => kind));
  const present = new Set(nodes.map(({ group }) => group));
  const known = [...new Set([...given, ...present])];
  const colours = labelColours(known);
  const groups = known.filter((group) => present.has(group));
  const hidden = { visible: false };
  return {
    data: [
      ...kinds.map((kind, rank) =>
        edgeTrace(
          kind,
          rank,
          drawn.filter((edge) => edge.kind === kind && edge.from !== edge.to),
          points,
          radii,
        ),
      ),
      ...groups.map((group): Trace => {
        const members = order.filter((index) => nodes[index].group === group);
        return {
          type: 'scatter',
          mode: 'markers',
          name: plainText(group),
          x: members.map((index) => points[index].x),
          y: members.map((index) => points[index].y),
          hovertext: members.map(
            (index) =>
              `<b>${plainText(nodes[index].name)}</b><br>${plainText(nodes[index].id)}, ${plainText(group)}<br>degree ${formatNumber(degrees[index])}`,
          ),
          hoverinfo: 'text',
          marker: {
            size: members.map((index) => 2 * radii[index]),
            color: colours[group],
            opacity: 1,
            line: { color: 'white', width: 1.5 },
          },
        };
      }),
    ],
    layout: {
      width: PLOT.width + 48,
      height: PLOT.height + 24 + KEY_HEIGHT,
      margin: { l: 24, r: 24, t: 12 + KEY_HEIGHT, b: 12 },
      legend: {
        orientation: 'h',
        ...{ x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      },
      showlegend: true,
      hovermode: 'closest',
      xaxis: { ...hidden, range: [0, PLOT.width] },
      yaxis: { ...hidden, range: [PLOT.height, 0] },
      annotations: names,
    },
    title,
    reading: reading(nodes, degrees, order, {
      named: names.length,
      drawn: drawn.length,
      left: edges.length - drawn.length,
    }),
  };
}

function indexOf(nodes: readonly GraphNode[]): Map<string, number> {
  if (nodes.length === 0) throw new InputError('There is no node to draw; give at least one');
  const indices = new Map<string, number>();
  for (const [index, { id }] of nodes.entries()) {
    if (indices.has(id))
      throw new InputError(
        `nodes ${indices.get(id)! + 1} and ${index + 1} have the same id, "${printable(id)}"; give each node its own`,
      );
    indices.set(id, index);
  }
  return indices;
}

function byFrequency(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([value]) => value);
}

interface DrawnEdge {
  from: number;
  to: number;
}

/** All edges of one kind, from disc to disc, with an arrowhead at the target. */
function edgeTrace(
  kind: string,
  rank: number,
  edges: readonly DrawnEdge[],
  points: readonly Point[],
  radii: readonly number[],
): Trace {
  const { dash, color } = LINES[Math.min(rank, LINES.length - 1)];
  const ends = edges.map(({ from, to }) => {
    const [a, b] = [points[from], points[to]];
    const length = Math.max(1e-9, Math.hypot(b.x - a.x, b.y - a.y));
    const towards = (start: Point, distance: number): Point => ({
      x: start.x + ((b.x - a.x) / length) * distance,
      y: start.y + ((b.y - a.y) / length) * distance,
    });
    return [towards(a, radii[from]), towards(b, -radii[to] - 1)];
  });
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: plainText(kind),
    x: ends.flatMap(([start, end]) => [start.x, end.x, null]),
    y: ends.flatMap(([start, end]) => [start.y, end.y, null]),
    hoverinfo: 'skip',
    line: { dash, color, width: 1.4 },
    marker: {
      symbol: 'arrow',
      angleref: 'previous',
      size: ends.flatMap(() => [0, 9, 0]),
      color,
      opacity: 1,
      line: { width: 0 },
    },
  };
}

function reading(
  nodes: readonly GraphNode[],
  degrees: readonly number[],
  order: readonly number[],
  { named, drawn, left }: { named: number; drawn: number; left: number },
): string {
  const first = order
    .slice(0, 3)
    .map((index) => `${fitText(nodes[index].name, SPOKEN_WIDTH, 12.5)} (${formatNumber(degrees[index])})`);
  const count = (number: number, noun: string) => `${formatNumber(number)} ${noun}${number === 1 ? '' : 's'}`;
  const sentences = [
    `${count(nodes.length, 'node')} and ${count(drawn, 'edge')}; the area of a disc grows with its degree, highest: ${listLabels(first)}.`,
    ...(left > 0 ? [`${count(left, 'edge')} to nodes outside are not drawn.`] : []),
    ...(named < nodes.length ? [`${named} nodes have room for their names.`] : []),
  ];
  return sentences.join(' ');
}
