/** Points of a curve closer than this to the last one drawn cannot be distinguished from it; both axes run from 0 to 1. */
const STEP = 1 / 200;

/**
 * Returns the indices of the points that can be distinguished, including the first and the last: a curve with one point per distinct
 * probability may have millions.
 *
 * @param x from 0 to 1 // [points]
 * @param y from 0 to 1 // [points]
 * @param step minimum distance of two points
 */
export function visiblePoints(x: ArrayLike<number>, y: ArrayLike<number>, step = STEP): number[] {
  const shown = [0];
  for (let point = 1; point < x.length; point++) {
    const last = shown[shown.length - 1];
    const isApart = Math.hypot(x[point] - x[last], y[point] - y[last]) >= step;
    if (isApart || point === x.length - 1) shown.push(point);
  }
  return shown;
}
