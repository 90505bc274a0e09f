import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force';
import { createRandom } from '../../foundation';

/** Position in pixels from the top left corner. */
export interface Point {
  x: number;
  y: number;
}

const STEPS = 400;
const LINK = 90;
const REPULSION = -700;
/** Pull towards the centre; keeps parts without connection together. */
const GRAVITY = 0.09;

/**
 * Places the nodes of a graph: edges pull like springs, nodes repel each other, discs do not overlap (velocity Verlet integration with
 * Barnes and Hut's approximation, as d3-force implements it). The same seed gives the same layout.
 *
 * @param radii of the nodes' discs, in pixels
 * @param edges pairs of indices of nodes
 */
export function forceLayout(
  radii: readonly number[],
  edges: readonly (readonly [number, number])[],
  { width, height, seed }: { width: number; height: number; seed: number },
): Point[] {
  const random = createRandom(seed);
  const nodes: SimulationNodeDatum[] = radii.map(() => ({
    x: (random.next() - 0.5) * width,
    y: (random.next() - 0.5) * height,
  }));
  const links = edges.map(([source, target]) => ({ source, target }));
  forceSimulation(nodes)
    .randomSource(random.next)
    .force('edges', forceLink(links).distance(LINK))
    .force('repulsion', forceManyBody().strength(REPULSION))
    .force('x', forceX().strength(GRAVITY * Math.min(1, height / width)))
    .force('y', forceY().strength(GRAVITY * Math.min(1, width / height)))
    .force(
      'discs',
      forceCollide((_, index) => radii[index] + 6),
    )
    .stop()
    .tick(STEPS);
  return fill(
    nodes.map(({ x, y }) => ({ x: x!, y: y! })),
    radii,
    { width, height },
  );
}

/** Shifts and stretches positions so that the discs just fill the picture; stretching only separates discs, shrinking keeps the shape. */
function fill(
  points: readonly Point[],
  radii: readonly number[],
  { width, height }: { width: number; height: number },
): Point[] {
  const along = (key: 'x' | 'y', size: number) => {
    const values = points.map((point) => point[key]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const edge = Math.max(...radii) + 4;
    return { middle: (low + high) / 2, stretch: (size - 2 * edge) / Math.max(1e-9, high - low), size };
  };
  const [x, y] = [along('x', width), along('y', height)];
  // Not more than threefold: two nodes need not be a picture apart.
  const [across, down] = [Math.min(3, x.stretch), Math.min(3, y.stretch)];
  return points.map((point) => ({
    x: width / 2 + (point.x - x.middle) * across,
    y: height / 2 + (point.y - y.middle) * down,
  }));
}
