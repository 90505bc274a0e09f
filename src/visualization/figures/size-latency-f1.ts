import { InputError } from '../../foundation';
import { type Figure, formatNumber } from '../figure';
import { bubbles, MOST_NAMES } from './bubbles';

export interface BenchmarkPoint {
  name: string;
  sizeMb: number;
  latencyMs: number;
  /** From 0 to 1. */
  f1: number;
}

/**
 * F1 against latency, with the area of each disc proportional to the model's size in MB. A line joins the Pareto front: the models
 * than which none is both faster and better. Models are ordered by latency.
 */
export function sizeLatencyF1(models: readonly BenchmarkPoint[]): Figure {
  const points = [...models].sort((one, other) => one.latencyMs - other.latencyMs);
  if (points.length === 0) throw new InputError('There is no model to draw; benchmark at least one');
  for (const { name, sizeMb, latencyMs, f1 } of points) {
    if (!(sizeMb > 0 && latencyMs > 0 && f1 >= 0 && f1 <= 1)) {
      throw new InputError(
        `${name}: size ${sizeMb} MB, latency ${latencyMs} ms, F1 ${f1} cannot be drawn; give a size and a latency ` +
          'above zero and an F1 from 0 to 1',
      );
    }
  }
  return {
    ...bubbles(
      points.map(({ name, sizeMb, latencyMs, f1 }) => ({ name, x: latencyMs, y: f1, size: sizeMb })),
      { x: 'median latency per sentence (ms)', y: 'mean strict F1 of the classes' },
    ),
    title: 'Size, latency and F1',
    reading:
      points.length > MOST_NAMES
        ? `${reading(points)} The numbers are in order of latency.`
        : reading(points),
  };
}

function reading(points: readonly BenchmarkPoint[]): string {
  const explanation =
    "The upper left is best; the area of a disc is proportional to the model's size; no model is both faster and better than those on the dotted line.";
  const smallest = points.reduce((best, point) => (point.sizeMb < best.sizeMb ? point : best));
  const largest = points.reduce((best, point) => (point.sizeMb > best.sizeMb ? point : best));
  if (smallest === largest) return explanation;
  const times = (ratio: number) => formatNumber(ratio, ratio < 10 ? 1 : 0);
  const speed = largest.latencyMs / smallest.latencyMs;
  const difference = smallest.f1 - largest.f1;
  return (
    `${explanation} The smallest, ${smallest.name}, is ${times(largest.sizeMb / smallest.sizeMb)} times smaller than ` +
    `the largest, ${largest.name}, and ${speed >= 1 ? `${times(speed)} times faster` : `${times(1 / speed)} times slower`}, ` +
    `${Math.abs(difference) < 0.0005 ? 'at the same F1' : `with ${Math.abs(difference).toFixed(3)} ${difference < 0 ? 'less' : 'more'} F1`}.`
  );
}
