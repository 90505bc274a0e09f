import { join } from 'node:path';
import type { Latency, StageRecord } from '../../benchmark';
import { wilsonInterval } from '../../evaluation';
import { InputError } from '../../foundation';
import { readEncoderConfiguration, readSafetensors, WEIGHTS } from '../../nn';
import { isRight } from '../../tasks';
import { type BarSeries, type Bubble, bubbles, type Figure, type Row } from '../../visualization';
import { accuracyText } from '../tables';
import type { PublishedStage } from './profiles';
import { splitByScope } from './queries';

/**
 * One row per stage: size, latency and accuracy, as multiples of the first stage too. The factor of speed is that of medians, which a few slow
 * calls do not move.
 *
 * @param notes by stage
 */
export function stageRows(
  records: readonly StageRecord[],
  notes: Readonly<Record<string, string>> = {},
): Row[] {
  const [first] = records;
  checkStages(records, notes);
  return records.map((record) => ({
    ...costRow(record.stage, record),
    'median (ms)': record.latency.medianMs,
    'p95 (ms)': record.latency.p95Ms,
    'times smaller': first.mebibytes / record.mebibytes,
    'times faster': first.latency.medianMs / record.latency.medianMs,
    'accuracy (%), 95% interval': accuracyText(record.accuracy, record.answers.length),
    'peak memory (MB)': record.peakMegabytes,
    runtime: `${record.runtime}, ${record.threads} thread${record.threads === 1 ? '' : 's'}`,
    ...(Object.keys(notes).length > 0 && { note: notes[record.stage] ?? '' }),
  }));
}

/** Size, latency and accuracy in the words of the reference study. */
export const stageLine = ({ mebibytes, latency, accuracy }: StageRecord): string =>
  `Size ${mebibytes.toFixed(2)} MiB · latency ${latency.meanMs.toFixed(2)} ± ${latency.deviationMs.toFixed(2)} ms · accuracy ${accuracy.toFixed(3)}`;

/**
 * One row per stage that the reference study has too: its figures beside ours, factors from means.
 *
 * @param counterparts its stages by ours
 * @param notes by our stage: what differs
 */
export function besidePublished(
  records: readonly StageRecord[],
  published: readonly PublishedStage[],
  counterparts: Readonly<Record<string, string>>,
  notes: Readonly<Record<string, string>>,
): Row[] {
  const [first] = records;
  checkStages(records, { ...counterparts, ...notes });
  return records.flatMap((record): Row[] => {
    const theirs = published.find(({ stage }) => stage === counterparts[record.stage]);
    if (!theirs) return [];
    const [own, other] = [
      meansOf(record, first),
      meansOf({ ...theirs, latency: theirs }, { ...published[0], latency: published[0] }),
    ];
    return [
      {
        ours: record.stage,
        study: theirs.stage,
        ...Object.fromEntries(
          Object.keys(own).flatMap((column) => [
            [`${column}, ours`, own[column]],
            [`${column}, study`, other[column]],
          ]),
        ),
        'accuracy (%), 95% interval, ours': accuracyText(record.accuracy, record.answers.length),
        'accuracy (%), study': 100 * theirs.accuracy,
        note: notes[record.stage] ?? '',
      },
    ];
  });
}

/** A name that no stage has would silently lose its row or note. */
function checkStages(records: readonly StageRecord[], named: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(named).find((name) => !records.some(({ stage }) => stage === name));
  if (unknown !== undefined)
    throw new InputError(
      `there is no stage "${unknown}"; name one of: ${records.map(({ stage }) => stage).join('; ')}`,
    );
}

/** The last stage against the first: what was asked for, what it is, and whether it is met. */
export interface Target {
  target: string;
  value: number;
  least: number;
}

/** One row per target. */
export const targetRows = (targets: readonly Target[]): Row[] =>
  targets.map(({ target, value, least }) => ({
    target,
    'at least': least,
    measured: value,
    met: value >= least ? 'yes' : 'no',
  }));

interface StageCost {
  mebibytes: number;
  latency: Pick<Latency, 'meanMs' | 'deviationMs'>;
}

const costRow = (stage: string, { mebibytes, latency }: StageCost): Row => ({
  stage,
  'size (MiB)': mebibytes,
  'mean latency (ms)': latency.meanMs,
  'standard deviation (ms)': latency.deviationMs,
});

const meansOf = (own: StageCost, first: StageCost): Row => {
  const { stage: _, ...costs } = costRow('', own);
  return {
    ...costs,
    'times smaller': first.mebibytes / own.mebibytes,
    'times faster': first.latency.meanMs / own.latency.meanMs,
  };
};

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
      'accuracy of all queries (%), 95% interval': share(right(answers), answers.length),
      'in scope (%), 95% interval': share(right(within), within.length),
      'recall out of scope (%), 95% interval': share(right(out), out.length),
      'precision of "out of scope" (%), 95% interval': share(right(said), said.length),
    };
  });
}

/** The stages so far as discs, the newest emphasized, the first as baseline. */
export function stageFigure(records: readonly StageRecord[]): Figure {
  const figure = bubbles(stageBubbles(records), {
    ...{ x: 'mean latency (ms)', y: 'accuracy', sizeUnit: 'MiB' },
    ...{ baseline: records[0].stage, newest: records[records.length - 1].stage },
  });
  const isCut = records.some(({ latency: { meanMs, deviationMs } }) => meanMs - deviationMs < meanMs / 10);
  const cut = isCut ? ' Bars of a deviation as large as the mean are cut at a tenth of it.' : '';
  return { ...figure, reading: `${figure.reading} The vertical axis does not begin at 0.${cut}` };
}

/** Mean latency with its standard deviation, cut at a tenth of the mean for the logarithmic axis; accuracy with its 95 % interval; size. */
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
  const tensors = [...readSafetensors(join(folder, WEIGHTS))];
  const layers = Array.from({ length: encoder.layers }, (_, layer) => {
    const prefix = `.layer.${layer}.`;
    const matrices = tensors.filter(([key, { shape }]) => shape.length === 2 && key.includes(prefix));
    const zeros = matrices.reduce((sum, [, { data }]) => sum + data.filter((value) => value === 0).length, 0);
    const all = matrices.reduce((sum, [, { data }]) => sum + data.length, 0);
    return [`layer ${layer + 1}`, zeros / all] as const;
  });
  return { name, values: Object.fromEntries(layers) };
}
