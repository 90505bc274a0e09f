/** A differentiable function: returns its value at a point and writes its gradient there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

/** Settings of `minimize`. */
export interface MinimizeOptions {
  /** Stops when no component of the gradient is larger. */
  tolerance: number;
  maximumIterations: number;
}

/** A point close to the minimum. */
export interface Minimum {
  point: Float64Array;
  value: number;
  iterations: number;
  /** Whether the gradient is within the tolerance. */
  converged: boolean;
}

/** A step with the change of the gradient along it. */
interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step · change) */
  scale: number;
}

/** Number of pairs kept; Liu and Nocedal find 3 to 7 enough, and each takes the memory of two points. */
const MEMORY = 7;

/** Conditions on a step: sufficient decrease, and a slope that has flattened (Nocedal and Wright, chapter 3.1). */
const DECREASE = 1e-4;
const FLATTENING = 0.9;
/** Halvings or doublings of a step, after which rounding is the limit. */
const MOST_TRIALS = 40;

/**
 * Minimizes a smooth function with limited-memory BFGS (Liu and Nocedal 1989, Mathematical Programming 45:503; Nocedal and Wright
 * 2006, "Numerical Optimization", algorithms 7.4 and 7.5). Steps satisfy the Wolfe conditions, found by bisection.
 *
 * @param start not changed
 */
export function minimize(
  objective: Objective,
  start: Float64Array,
  { tolerance, maximumIterations }: MinimizeOptions,
): Minimum {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(start.length);
  let value = objective(point, gradient);
  let pairs: Pair[] = [];
  let iterations = 0;
  while (iterations < maximumIterations && largest(gradient) > tolerance) {
    const direction = descentDirection(gradient, pairs);
    // Before curvature is known, a step of length 1 at most.
    const first = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = search(objective, { point, gradient, value }, direction, first);
    if (!next) {
      if (pairs.length === 0) break;
      pairs = [];
      continue;
    }
    // Both arrays are no longer needed, and allocating others would take longer than filling them.
    const [step, change] = [direction, gradient];
    subtract(next.point, point, step);
    subtract(next.gradient, gradient, change);
    pairs.push({ step, change, scale: 1 / dot(step, change) });
    if (pairs.length > MEMORY) pairs.shift();
    ({ point, gradient, value } = next);
    iterations++;
  }
  return { point, value, iterations, converged: largest(gradient) <= tolerance };
}

/** Multiplies the negative gradient by the approximate inverse Hessian, in two loops over the pairs (algorithm 7.4). */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const factors = pairs.map(() => 0);
  for (let index = pairs.length - 1; index >= 0; index--) {
    const { step, change, scale } = pairs[index];
    factors[index] = scale * dot(step, direction);
    addScaled(direction, change, -factors[index]);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const curvature = 1 / (newest.scale * dot(newest.change, newest.change));
    for (let index = 0; index < direction.length; index++) direction[index] *= curvature;
  }
  pairs.forEach(({ step, change, scale }, index) => {
    addScaled(direction, step, factors[index] - scale * dot(change, direction));
  });
  return direction;
}

interface Place {
  point: Float64Array;
  gradient: Float64Array;
  value: number;
}

/** Returns a point along the direction that satisfies the Wolfe conditions; null if rounding leaves none. */
function search(objective: Objective, from: Place, direction: Float64Array, first: number): Place | null {
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return null;
  const point = new Float64Array(from.point.length);
  const gradient = new Float64Array(from.point.length);
  let [shortest, longest, length] = [0, Number.POSITIVE_INFINITY, first];
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    point.set(from.point);
    addScaled(point, direction, length);
    const value = objective(point, gradient);
    // Negated, so that a value that is not a number shortens the step.
    if (!(value <= from.value + DECREASE * length * slope)) longest = length;
    else if (dot(gradient, direction) < FLATTENING * slope) shortest = length;
    else return { point, gradient, value };
    length = longest === Number.POSITIVE_INFINITY ? 2 * length : (shortest + longest) / 2;
  }
  return null;
}

/** Writes the difference of two vectors to a third, which may be one of them. */
function subtract(one: Float64Array, other: Float64Array, result: Float64Array): void {
  for (let index = 0; index < one.length; index++) result[index] = one[index] - other[index];
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index] * other[index];
  return sum;
}

function addScaled(sums: Float64Array, vector: Float64Array, factor: number): void {
  for (let index = 0; index < sums.length; index++) sums[index] += factor * vector[index];
}

function largest(gradient: Float64Array): number {
  let most = 0;
  for (let index = 0; index < gradient.length; index++) most = Math.max(most, Math.abs(gradient[index]));
  return most;
}
