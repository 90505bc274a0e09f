import type { AuditRow } from '../../preprocessing';
import type { Row } from '../notebook/show-table';

/**
 * The audit in percent: outcomes of anchoring, and of a plain search for the name among the annotations with one. Null where there is
 * nothing to count; without known gold offsets their column is left out.
 */
export function anchoringTable(rows: readonly AuditRow[]): Row[] {
  const knowsGold = rows.some((row) => row['at the gold offsets'] !== null);
  return rows.map((row) => {
    const placed = row['placed here'];
    const named = row['with a name'];
    const atGold = row['at the gold offsets'];
    return {
      label: row.class,
      annotations: row.annotations,
      'placed here (%)': percent(placed, row.annotations),
      ...(knowsGold && {
        'of them at the gold offsets (%)': atGold === null ? null : percent(atGold, placed),
      }),
      'of them cut mid-word (%)': percent(row['cut mid-word here'], placed),
      'of them with a name': named,
      'name not in the sentence (%)': percent(row['name not in the sentence'], named),
      'name cuts a word (%)': percent(row['name cuts a word'], named),
      'name marks something else (%)': percent(row['name marks something else'], named),
    };
  });
}

function percent(count: number, of: number): number | null {
  return of === 0 ? null : Number(((100 * count) / of).toFixed(1));
}
