import type { PruningRow } from '../figures/pruning-curves';
import type { Row } from '../notebook/show-table';

/** Describes the setting; the meaning of `amount` depends on the method. */
function takenOf({ method, amount }: PruningRow): string {
  if (method === 'dense') return 'nothing';
  if (method === 'soft_movement') return `penalty ${amount}`;
  if (method === 'magnitude' || method === 'movement') return `${Math.round(100 * amount)} % of the weights`;
  const of = { heads: 'of all layers', neurons: 'of each layer', layers: '' }[method];
  return `${amount} ${method} ${of}`.trim();
}

/** One row per model of the pruning study, units in the header. */
export function pruningTable(rows: readonly PruningRow[]): Row[] {
  return rows.map((row) => ({
    method: row.method.replace('_', ' '),
    taken: takenOf(row),
    'trained on (steps)': row.steps,
    'weights left (%)': 100 * row.remaining,
    ...Object.fromEntries(Object.entries(row.f1).map(([label, f1]) => [`${label} F1`, f1])),
    'mean F1': row.meanF1,
    'size (MB; zeros as bits)': row.megabytes,
    'latency (ms)': row.medianMs,
    'latency of the dense model (ms)': row.denseMedianMs,
  }));
}
