import type { PruningRow } from '../../compression';
import { ENTITY_CLASSES } from '../../foundation';
import type { Row } from '../notebook/show-table';

/** One row a model of a pruning study, units in the header. */
export function pruningTable(rows: readonly PruningRow[]): Row[] {
  return rows.map((row) => ({
    method: row.method.replace('_', ' '),
    'trained on (steps)': row.steps,
    'weights left (%)': 100 * row.remaining,
    ...Object.fromEntries(ENTITY_CLASSES.map((label) => [`${label} F1`, row.f1[label]])),
    'mean F1': row.meanF1,
    'size (MB)': row.megabytes,
    'latency (ms)': row.medianMs,
    'latency of the dense model (ms)': row.denseMedianMs,
  }));
}
