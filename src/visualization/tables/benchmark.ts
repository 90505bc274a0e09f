import { join } from 'node:path';
import { type BenchmarkRow, benchmarkCsv } from '../../benchmark';
import type { Interval } from '../../evaluation';
import { writeFileAtomically } from '../../foundation';
import { type BenchmarkPoint, sizeLatencyF1 } from '../figures/size-latency-f1';
import type { Row } from '../notebook/show-table';
import { saveFigure } from '../rendering/render';
import { formatInterval } from './intervals';

/** Cost of each variant, one row per variant, units in the header. */
export function benchmarkCosts(rows: readonly BenchmarkRow[]): Row[] {
  return rows.map((row) => ({
    variant: row.name,
    'size (MB)': row.megabytes,
    'gzipped (MB)': row.gzippedMegabytes,
    'weights (millions)': row.parameters / 1e6,
    'median latency (ms)': row.medianMs,
    'p95 latency (ms)': row.p95Ms,
    'sentences/s': row.sentencesPerSecond,
    'tokens/s': Math.round(row.tokensPerSecond),
    'peak memory (MB)': Math.round(row.peakMegabytes),
  }));
}

/** Scores of each variant: strict span F1 with its 95 % interval, one row per variant. */
export function benchmarkScores(rows: readonly BenchmarkRow[]): Row[] {
  const withInterval = (value: number | null, interval: Interval | null) =>
    value === null ? null : `${value.toFixed(3)} (${formatInterval(interval)})`;
  return rows.map(({ name, f1, f1Intervals, meanF1, meanF1Interval }) => ({
    variant: name,
    ...Object.fromEntries(
      Object.keys(f1).map((label) => [label, withInterval(f1[label], f1Intervals[label])]),
    ),
    mean: withInterval(meanF1, meanF1Interval),
  }));
}

/** The variants with an F1, as input of `sizeLatencyF1`. */
export function benchmarkPoints(rows: readonly BenchmarkRow[]): BenchmarkPoint[] {
  return rows.flatMap(({ name, megabytes, medianMs, meanF1, meanF1Interval: interval }) =>
    meanF1 === null
      ? []
      : [{ name, sizeMb: megabytes, latencyMs: medianMs, f1: meanF1, ...(interval && { interval }) }],
  );
}

/** The files written by `saveBenchmark`. */
export const BENCHMARK_FILES = ['benchmark.csv', 'benchmark.json', 'benchmark.png'] as const;

/** Writes benchmark.csv, benchmark.json and, if there is an F1 to draw, benchmark.png. */
export async function saveBenchmark(rows: readonly BenchmarkRow[], folder: string): Promise<void> {
  writeFileAtomically(join(folder, BENCHMARK_FILES[0]), benchmarkCsv(rows));
  writeFileAtomically(join(folder, BENCHMARK_FILES[1]), `${JSON.stringify(rows, null, 2)}\n`);
  const points = benchmarkPoints(rows);
  if (points.length > 0) await saveFigure(sizeLatencyF1(points), join(folder, BENCHMARK_FILES[2]));
}
