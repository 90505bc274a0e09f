import { InputError } from '../../foundation';
import { type Figure, formatNumber } from '../figure';
import { nameInTitle } from '../shown-labels';
import { bubbles } from './bubbles';

export interface BenchmarkPoint {
  name: string;
  sizeMb: number;
  latencyMs: number;
  /** From 0 to 1. */
  f1: number;
  /** 95 % interval of F1. */
  interval?: readonly [number, number];
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
  const figure = bubbles(
    points.map(({ name, sizeMb, latencyMs, f1, interval }) => ({
      ...{ name, x: latencyMs, y: f1, size: sizeMb },
      interval,
    })),
    { x: 'median latency per sentence (ms)', y: 'mean strict F1 of the classes' },
  );
  return {
    ...figure,
    title: titleOf(points) ?? figure.title,
    reading: `${figure.reading} The area of a disc is proportional to the model's size.`,
  };
}

/** What the smallest model costs against the largest; undefined for a single one. */
function titleOf(points: readonly BenchmarkPoint[]): string | undefined {
  const smallest = points.reduce((best, point) => (point.sizeMb < best.sizeMb ? point : best));
  const largest = points.reduce((best, point) => (point.sizeMb > best.sizeMb ? point : best));
  if (smallest === largest) return undefined;
  const times = (ratio: number) => formatNumber(ratio, ratio < 10 ? 1 : 0);
  const speed = largest.latencyMs / smallest.latencyMs;
  return (
    `${nameInTitle(smallest.name)}: ${times(largest.sizeMb / smallest.sizeMb)} times smaller than ${nameInTitle(largest.name)}, ` +
    `${speed >= 1 ? `${times(speed)} times faster` : `${times(1 / speed)} times slower`}, ` +
    `F1 ${smallest.f1.toFixed(3)} against ${largest.f1.toFixed(3)}`
  );
}
