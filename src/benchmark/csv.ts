import type { Interval } from '../evaluation';
import { type BenchmarkRow, europePmcCoreHours } from './benchmark';

/** The rows as CSV, one column per figure and label; empty where there is no F1. */
export function benchmarkCsv(rows: readonly BenchmarkRow[]): string {
  const records = rows.map((row) => ({
    variant: `"${row.name.replaceAll('"', '""')}"`,
    megabytes: row.megabytes,
    gzipped_megabytes: row.gzippedMegabytes,
    parameters: row.parameters,
    peak_megabytes: row.peakMegabytes,
    threads: row.threads,
    median_ms: row.medianMs,
    p95_ms: row.p95Ms,
    timed_runs: row.timedRuns,
    sentences_per_second: row.sentencesPerSecond,
    tokens_per_second: row.tokensPerSecond,
    europe_pmc_core_hours: europePmcCoreHours(row),
    ...Object.assign(
      {},
      ...Object.keys(row.f1).map((label) =>
        scoreColumns(`f1 ${label}`, row.f1[label], row.f1Intervals[label]),
      ),
      scoreColumns('mean_f1', row.meanF1, row.meanF1Interval),
    ),
  }));
  const lines = records.map((record) => Object.values(record));
  return [Object.keys(records[0]), ...lines]
    .map((cells) => `${cells.map((cell) => cell ?? '').join(',')}\n`)
    .join('');
}

function scoreColumns(
  name: string,
  value: number | null,
  interval: Interval | null,
): Record<string, number | null> {
  return { [name]: value, [`${name} low`]: interval?.[0] ?? null, [`${name} high`]: interval?.[1] ?? null };
}
