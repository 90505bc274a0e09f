import type { AuditRow } from '../../preprocessing';
import type { Row } from '../notebook/show-table';

/** The audit in percent of the annotations: outcomes of anchoring, and of a plain search for the name. */
export function anchoringTable(rows: readonly AuditRow[]): Row[] {
  return rows.map((row) => {
    const percent = (count: number) => Number(((100 * count) / row.annotations).toFixed(1));
    return {
      label: row.class,
      annotations: row.annotations,
      'placed here (%)': percent(row['placed here']),
      'of them cut mid-word (%)': percent(row['cut mid-word here']),
      'name not in the sentence (%)': percent(row['name not in the sentence']),
      'name cuts a word (%)': percent(row['name cuts a word']),
      'name marks something else (%)': percent(row['name marks something else']),
    };
  });
}
