import { formatCsv } from '../../foundation';
import { withDefaults } from '../configuration';
import type { SearchSpace } from './space-file';
import type { TrialRecord } from './trial';

/** Columns of the reference answer, by the keys of a training configuration. */
const REFERENCE_COLUMNS: Readonly<Record<string, string>> = {
  encoder: 'MODEL_NAME',
  learningRate: 'LEARNING_RATE',
  dropout: 'DROPOUT_RATE',
  loss: 'LOSS_TYPE',
  batchSize: 'BATCH_SIZE',
  maximumLength: 'MAX_SEQ_LENGTH',
};

/**
 * Formats records as CSV: settings and metrics under the reference answer's names, then other parameters and data about the trial.
 * Unknown values are empty cells.
 */
export function trialsAsCsv(
  records: readonly TrialRecord[],
  { parameters, fixed }: SearchSpace,
  metricNames: readonly string[],
): string {
  const others = Object.keys(parameters).filter((name) => !(name in REFERENCE_COLUMNS));
  const header = [
    ...[...Object.values(REFERENCE_COLUMNS), ...metricNames, ...others],
    ...['trial', 'share', 'status', 'score', 'seconds', 'reason'],
  ];
  const inOrder = [...records].sort((one, other) => one.trial - other.trial || one.rung - other.rung);
  const rows = inOrder.map((record) => {
    const settings: Record<string, unknown> = withDefaults({ ...fixed, ...record.values });
    const { trial, share, seconds } = record;
    const isScored = 'score' in record;
    return [
      ...Object.keys(REFERENCE_COLUMNS).map((name) => String(settings[name] ?? '')),
      ...metricNames.map((name) => (isScored ? record.metrics[name] : null)),
      ...others.map((name) => String(settings[name] ?? '')),
      ...[trial, share, isScored ? 'finished' : 'failed', isScored ? record.score : null],
      ...[seconds.toFixed(1), isScored ? null : record.failed],
    ];
  });
  return formatCsv([header, ...rows]);
}
