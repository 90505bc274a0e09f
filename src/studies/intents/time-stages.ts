import {
  benchmarkTexts,
  benchPythonInstalled,
  type Latency,
  openTextPeers,
  type TextBenchmarkRow,
  type TextVariant,
  timeInTurns,
} from '../../benchmark';
import type { LabelledText } from '../../foundation';
import type { Row } from '../../visualization';
import { accuracyText } from '../tables';
import { judge, type ModelFile, withVariants } from './open-variants';
import { DEMO_QUERY, TIMED_QUERY } from './queries';

export interface TimingOptions {
  /** Timed calls per model and query. */
  runs: number;
  /** The teacher, which the programs of Python run too, where they are installed. */
  teacher: Pick<ModelFile, 'folder' | 'title' | 'untrained'>;
}

const QUERIES = { short: 'cancel it', medium: TIMED_QUERY, long: DEMO_QUERY };

/** The latency of one model with some threads, by the length of the query. */
export interface TimedModel {
  model: string;
  threads: number;
  latency: Record<'short' | 'medium' | 'long', Latency>;
}

/** Times one query of each length, text to label, in turns: one entry per number of threads and model, the teacher in Python first. */
export async function timeModels(
  models: readonly ModelFile[],
  threads: readonly number[],
  options: TimingOptions,
): Promise<TimedModel[]> {
  const timed: TimedModel[] = [];
  for (const count of threads)
    await withEveryone(models, count, options.teacher, async (variants) => {
      const times = await timeInTurns(variants, Object.values(QUERIES), options);
      for (const [place, { name }] of variants.entries()) {
        const [short, medium, long] = times[place];
        timed.push({ model: name, threads: count, latency: { short, medium, long } });
      }
    });
  return timed;
}

/** One row per model and number of threads; factors are of medians, against the first model with as many threads. */
export const latencyRows = (timed: readonly TimedModel[]): Row[] =>
  timed.map(({ model, threads, latency }) => {
    const [first] = timed.filter((one) => one.threads === threads);
    const { meanMs, deviationMs, p95Ms } = latency.medium;
    return {
      model,
      threads,
      'short query, median (ms)': latency.short.medianMs,
      'medium query, median (ms)': latency.medium.medianMs,
      'mean ± deviation (ms)': `${meanMs.toFixed(2)} ± ${deviationMs.toFixed(2)}`,
      'p95 (ms)': p95Ms,
      'long query, median (ms)': latency.long.medianMs,
      'times faster, medium query': first.latency.medium.medianMs / latency.medium.medianMs,
      'times faster, long query': first.latency.long.medianMs / latency.long.medianMs,
    };
  });

/** Size, latency, throughput and memory of the same models with one thread. */
export async function costsInTurns(
  models: readonly ModelFile[],
  queries: readonly LabelledText[],
  { teacher, ...options }: TimingOptions & { seed: number },
): Promise<TextBenchmarkRow[]> {
  return withEveryone(models, 1, teacher, (variants) => benchmarkTexts(variants, queries, options));
}

/** One row per model. */
export const costRows = (costs: readonly TextBenchmarkRow[]): Row[] =>
  costs.map((row) => ({
    model: row.name,
    'size (MiB)': (row.megabytes * 1e6) / 2 ** 20,
    'median, token ids to logits (ms)': row.medianMs,
    'p95 (ms)': row.p95Ms,
    'texts/s': row.textsPerSecond,
    'peak memory (MB)': row.peakMegabytes,
  }));

/** Accuracy and median latency of models on the same queries, with one thread. */
export async function accuracyAndLatency(
  models: readonly ModelFile[],
  queries: readonly LabelledText[],
  { runs }: Pick<TimingOptions, 'runs'>,
): Promise<Row[]> {
  const rows: Row[] = [];
  await withVariants(models, 1, async (variants) => {
    const times = await timeInTurns(variants, [TIMED_QUERY], { runs });
    for (const [place, variant] of variants.entries()) {
      const { accuracy } = await judge(variant, queries);
      rows.push({
        model: models[place].title ?? variant.name,
        'accuracy (%), 95% interval': accuracyText(accuracy, queries.length),
        'median latency (ms)': times[place][0].medianMs,
      });
    }
  });
  return rows;
}

async function withEveryone<Result>(
  models: readonly ModelFile[],
  threads: number,
  { folder, title = 'teacher', untrained }: TimingOptions['teacher'],
  use: (variants: TextVariant[]) => Promise<Result>,
): Promise<Result> {
  const programs = benchPythonInstalled() ? await openTextPeers(folder, { threads }) : undefined;
  try {
    const peers = (programs?.variants ?? []).map((one) => ({
      ...{ ...one, untrained },
      name: one.name.replace(/^\S+/, title),
    }));
    return await withVariants(models, threads, (own) => use([...peers, ...own]));
  } finally {
    await programs?.end();
  }
}
