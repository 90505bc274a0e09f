import type { Latency, StageRecord } from '../../benchmark';
import { wilsonInterval } from '../../evaluation';
import { readEncoderConfiguration, readSafetensors } from '../../nn';
import { isRight } from '../../tasks';
import { type BarSeries, type Bubble, bubbles, type Figure, type Row } from '../../visualization';
import { accuracyText } from '../tables';
import type { PublishedStage } from './profiles';
import { splitByScope } from './queries';

/** One row per stage: size, latency and accuracy, as multiples of the first stage too. @param notes by stage */
export function stageRows(
  records: readonly StageRecord[],
  notes: Readonly<Record<string, string>> = {},
): Row[] {
  const [first] = records;
  return records.map((record) => ({
    ...costRow(record.stage, record, first),
    'median (ms)': record.latency.medianMs,
    'p95 (ms)': record.latency.p95Ms,
    'accuracy (%), 95% interval': accuracyText(record.accuracy, record.answers.length),
    'peak memory (MB)': record.peakMegabytes,
    runtime: `${record.runtime}, ${record.threads} thread${record.threads === 1 ? '' : 's'}`,
    ...(Object.keys(notes).length > 0 && { note: notes[record.stage] ?? '' }),
  }));
}

/** Size, latency and accuracy in the words of the reference study. */
export const stageLine = ({ mebibytes, latency, accuracy }: StageRecord): string =>
  `Size ${mebibytes.toFixed(2)} MiB · latency ${latency.meanMs.toFixed(2)} +- ${latency.deviationMs.toFixed(2)} ms · accuracy ${accuracy.toFixed(3)}`;

/** One row per stage that the reference study has too: its figures beside ours. @param counterparts its stages by ours */
export function besidePublished(
  records: readonly StageRecord[],
  published: readonly PublishedStage[],
  counterparts: Readonly<Record<string, string>>,
): Row[] {
  const [first] = records;
  return records.flatMap((record): Row[] => {
    const theirs = published.find(({ stage }) => stage === counterparts[record.stage]);
    if (!theirs) return [];
    const [own, other] = [
      costRow(record.stage, record, first),
      costRow(theirs.stage, { ...theirs, latency: theirs }, { ...published[0], latency: published[0] }),
    ];
    return [
      {
        ours: record.stage,
        study: theirs.stage,
        ...beside('size (MiB)', own, other),
        ...beside('mean latency (ms)', own, other),
        ...beside('times smaller', own, other),
        ...beside('times faster', own, other),
        'accuracy (%), 95% interval, ours': accuracyText(record.accuracy, record.answers.length),
        'accuracy (%), study': 100 * theirs.accuracy,
      },
    ];
  });
}

const beside = (column: string, own: Row, other: Row): Row => ({
  [`${column}, ours`]: own[column],
  [`${column}, study`]: other[column],
});

interface StageCost {
  mebibytes: number;
  latency: Pick<Latency, 'meanMs' | 'deviationMs'>;
}

const costRow = (
  stage: string,
  own: StageCost,
  first: Pick<StageCost, 'mebibytes'> & { latency: Pick<Latency, 'meanMs'> },
): Row => ({
  stage,
  'size (MiB)': own.mebibytes,
  'mean latency (ms)': own.latency.meanMs,
  'standard deviation (ms)': own.latency.deviationMs,
  'times smaller': first.mebibytes / own.mebibytes,
  'times faster': first.latency.meanMs / own.latency.meanMs,
});

/** One row per stage: accuracy within the intents, and how many of the queries without an intent are recognized. */
export function scopeRows(
  records: readonly Pick<StageRecord, 'stage' | 'answers'>[],
  outOfScope: string,
): Row[] {
  return records.map(({ stage, answers }) => {
    const right = (some: StageRecord['answers']) => some.filter(isRight).length;
    const { within, out } = splitByScope(answers, outOfScope);
    const said = answers.filter(({ given }) => given[0] === outOfScope);
    const share = (count: number, of: number) => (of === 0 ? 'none' : accuracyText(count / of, of));
    return {
      stage,
      'accuracy of all queries (%)': share(right(answers), answers.length),
      'accuracy of queries with an intent (%)': share(right(within), within.length),
      'recall of queries out of scope (%)': share(right(out), out.length),
      'precision of "out of scope" (%)': share(right(said), said.length),
    };
  });
}

/** The stages so far as discs, the newest emphasized, the first as baseline. */
export const stageFigure = (records: readonly StageRecord[]): Figure =>
  bubbles(stageBubbles(records), {
    ...{ x: 'mean latency (ms)', y: 'accuracy', sizeUnit: 'MiB' },
    ...{ baseline: records[0].stage, newest: records[records.length - 1].stage },
  });

/** Mean latency with its standard deviation, accuracy with its 95 % interval, and size. */
export const stageBubbles = (records: readonly StageRecord[]): Bubble[] =>
  records.map(({ stage, latency: { meanMs, deviationMs }, accuracy, answers, mebibytes }) => ({
    name: stage,
    x: meanMs,
    xInterval: [Math.max(meanMs / 10, meanMs - deviationMs), meanMs + deviationMs],
    y: accuracy,
    interval: wilsonInterval(Math.round(accuracy * answers.length), answers.length) ?? undefined,
    size: mebibytes,
  }));

/** Share of zeros in the matrices of each layer of a sparse model, for `groupedBars`. @param folder of its weights */
export function sparsityByLayer(name: string, folder: string): BarSeries {
  const encoder = readEncoderConfiguration(folder);
  const tensors = [...readSafetensors(`${folder}/model.safetensors`)];
  const layers = Array.from({ length: encoder.layers }, (_, layer) => {
    const prefix = `.layer.${layer}.`;
    const matrices = tensors.filter(([key, { shape }]) => shape.length === 2 && key.includes(prefix));
    const zeros = matrices.reduce((sum, [, { data }]) => sum + data.filter((value) => value === 0).length, 0);
    const all = matrices.reduce((sum, [, { data }]) => sum + data.length, 0);
    return [`layer ${layer + 1}`, zeros / all] as const;
  });
  return { name, values: Object.fromEntries(layers) };
}
