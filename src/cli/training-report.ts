import type { EvaluationRow, MetricsRow } from '../training';
import { formatShare, formatTable } from './output';

/** Maximum number of labels with a column each. */
const MOST_COLUMNS = 8;

export const evaluationsOf = (rows: readonly MetricsRow[]): EvaluationRow[] =>
  rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');

/** Formats the report of a training: one row per epoch, with one column per label if there are few. */
export function epochTable(evaluations: readonly EvaluationRow[]): string {
  const labels = columnsOf(evaluations[0]);
  const hasAccuracy = evaluations[0]?.accuracy !== undefined;
  return formatTable(
    [
      'epoch',
      'dev loss',
      ...labels.map((label) => `${label} F1`),
      'mean F1',
      ...(hasAccuracy ? ['accuracy'] : []),
    ],
    evaluations.map(({ epoch, loss, f1, score, accuracy }) => [
      epoch,
      loss.toFixed(4),
      ...labels.map((label) => formatShare(f1?.[label] ?? null)),
      formatShare(score),
      ...(hasAccuracy ? [formatShare(accuracy!)] : []),
    ]),
  );
}

/** Formats, for example, "Epoch 2: dev F1 0.712 (Gene Mutations 0.743, Cell 0.690, Cell Line n/a)". */
export function describeEpoch(row: EvaluationRow): string {
  const { epoch, score, accuracy, f1 } = row;
  const parts = columnsOf(row).map((label) => `${label} ${formatShare(f1?.[label] ?? null)}`);
  if (accuracy !== undefined) parts.unshift(`accuracy ${formatShare(accuracy)}`);
  return `Epoch ${epoch}: dev F1 ${formatShare(score)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

function columnsOf(row: EvaluationRow | undefined): string[] {
  const labels = Object.keys(row?.f1 ?? {});
  return labels.length <= MOST_COLUMNS ? labels : [];
}
