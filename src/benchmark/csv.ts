import type { Interval } from '../evaluation';
import { type CsvCell, formatCsv } from '../foundation';
import { type BenchmarkRow, europePmcCoreHours } from './benchmark';
import type { TextBenchmarkRow } from './benchmark-texts';
import type { Costs } from './measure';

/** Formats the rows as CSV, one column per figure and label; empty if there is no F1. */
export const benchmarkCsv = (rows: readonly BenchmarkRow[]): string =>
  csvOf(
    rows.map((row) => ({
      ...costColumns(row),
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
    })),
  );

/** Formats the rows of classifiers, with accuracy and macro F1. */
export const textBenchmarkCsv = (rows: readonly TextBenchmarkRow[]): string =>
  csvOf(
    rows.map((row) => ({
      ...costColumns(row),
      texts_per_second: row.textsPerSecond,
      tokens_per_second: row.tokensPerSecond,
      ...scoreColumns('accuracy', row.accuracy, row.accuracyInterval),
      ...scoreColumns('macro_f1', row.macroF1, row.macroF1Interval),
    })),
  );

type Cells = Record<string, CsvCell>;

const csvOf = (records: readonly Cells[]): string =>
  formatCsv([Object.keys(records[0]), ...records.map((record) => Object.values(record))]);

function costColumns(row: Costs): Cells {
  return {
    variant: row.name,
    megabytes: row.megabytes,
    gzipped_megabytes: row.gzippedMegabytes,
    parameters: row.parameters,
    peak_megabytes: row.peakMegabytes,
    threads: row.threads,
    median_ms: row.medianMs,
    p95_ms: row.p95Ms,
    timed_runs: row.timedRuns,
  };
}

function scoreColumns(
  name: string,
  value: number | null,
  interval: Interval | null,
): Record<string, number | null> {
  return { [name]: value, [`${name} low`]: interval?.[0] ?? null, [`${name} high`]: interval?.[1] ?? null };
}
