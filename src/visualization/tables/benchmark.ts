import { join } from 'node:path';
import { type BenchmarkRow, benchmarkCsv } from '../../compression';
import { ENTITY_CLASSES, writeFileAtomically } from '../../foundation';
import { type BenchmarkPoint, sizeLatencyF1 } from '../figures/size-latency-f1';
import type { Row } from '../notebook/show-table';
import { saveFigure } from '../rendering/render';

/** One row a variant, units in the header. */
export function benchmarkTable(rows: readonly BenchmarkRow[]): Row[] {
  return rows.map(
    ({ name, megabytes, medianMs, p95Ms, sentencesPerSecond, tokensPerSecond, f1, meanF1 }) => ({
      variant: name,
      'size (MB)': megabytes,
      'median latency (ms)': medianMs,
      'p95 latency (ms)': p95Ms,
      'sentences/s': sentencesPerSecond,
      'tokens/s': Math.round(tokensPerSecond),
      ...Object.fromEntries(ENTITY_CLASSES.map((label) => [`${label} F1`, f1[label]])),
      'mean F1': meanF1,
    }),
  );
}

/** The variants that have an F1, as `sizeLatencyF1` draws them. */
export function benchmarkPoints(rows: readonly BenchmarkRow[]): BenchmarkPoint[] {
  return rows.flatMap(({ name, megabytes, medianMs, meanF1 }) =>
    meanF1 === null ? [] : [{ name, sizeMb: megabytes, latencyMs: medianMs, f1: meanF1 }],
  );
}

/** Writes benchmark.csv, benchmark.json and, where there is an F1 to draw, benchmark.png. */
export async function saveBenchmark(rows: readonly BenchmarkRow[], folder: string): Promise<void> {
  writeFileAtomically(join(folder, 'benchmark.csv'), benchmarkCsv(rows));
  writeFileAtomically(join(folder, 'benchmark.json'), `${JSON.stringify(rows, null, 2)}\n`);
  const points = benchmarkPoints(rows);
  if (points.length > 0) await saveFigure(sizeLatencyF1(points), join(folder, 'benchmark.png'));
}
