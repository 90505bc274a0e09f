import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minimize } from './lbfgs';

const options = { tolerance: 1e-9, maximumIterations: 1000 };

test("Rosenbrock's valley is followed to its minimum", () => {
  const { point, value, converged, iterations } = minimize(
    ([x, y], gradient) => {
      gradient.set([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)]);
      return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    },
    Float64Array.of(-1.2, 1),
    options,
  );
  assert.ok(converged && iterations < 60, `${iterations} iterations`);
  assert.ok(Math.hypot(point[0] - 1, point[1] - 1) < 1e-8 && value < 1e-16);
});

/** Sum of c (x - 1)² with very different c. */
function bowl(point: Float64Array, gradient: Float64Array): number {
  return point.reduce((sum, x, index) => {
    const curvature = 10 ** (index % 5);
    gradient[index] = 2 * curvature * (x - 1);
    return sum + curvature * (x - 1) ** 2;
  }, 0);
}

test('a badly scaled quadratic function is minimized; the start is not changed', () => {
  const start = new Float64Array(200).fill(3);
  const { point, converged } = minimize(bowl, start, options);
  assert.ok(converged && point.every((x) => Math.abs(x - 1) < 1e-9));
  assert.ok(start.every((x) => x === 3));
});

test('without enough iterations the result says so', () => {
  const { converged, iterations } = minimize(bowl, new Float64Array(200), {
    ...options,
    maximumIterations: 2,
  });
  assert.deepEqual([converged, iterations], [false, 2]);
  const done = minimize(bowl, new Float64Array(200).fill(1), options);
  assert.deepEqual([done.converged, done.iterations, done.value], [true, 0, 0]);
});
