import { parse } from 'csv-parse/sync';
import { InputError, readTextFile } from '../foundation';

/** One training of a search: settings and scores by column; null is unknown (a label without gold, a trial that failed). */
export type SearchRow = Readonly<Record<string, string | number | null>>;

/** The columns of settings with their display names. */
export const SEARCH_SETTINGS: Readonly<Record<string, string>> = {
  MODEL_NAME: 'encoder',
  LEARNING_RATE: 'learning rate',
  DROPOUT_RATE: 'dropout',
  LOSS_TYPE: 'loss',
  BATCH_SIZE: 'batch size',
  MAX_SEQ_LENGTH: 'length',
};

/**
 * Returns the column of a label's token F1 on the test or validation part. Columns are numbered in the order of the search's labels.
 *
 * @throws InputError for a label that is not in the search
 */
export function f1Column(labels: readonly string[], label: string, part: 'test' | 'val' = 'test'): string {
  const place = labels.indexOf(label);
  if (place < 0)
    throw new InputError(`"${label}" is not a label of the search; its labels are ${labels.join(', ')}`);
  return `${part}_Class_${place}_F1`;
}

/** Reads the table of a search (CSV). Numeric cells become numbers; empty cells are null. */
export function readSearchRows(path: string): SearchRow[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(readTextFile(path), { columns: true, skip_empty_lines: true });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${path}: not a table of comma-separated values (${(error as Error).message}); give the CSV of a search`,
    );
  }
  const cell = (text: string) =>
    text.trim() === '' ? null : Number.isNaN(Number(text)) ? text : Number(text);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, text]) => [name, cell(text)])));
}

/** Returns the distinct values of a column: numbers ascending, words in order of appearance; without null. */
export function levelsOf(rows: readonly SearchRow[], column: string): (string | number)[] {
  const levels = [...new Set(rows.map((row) => row[column] ?? null))].filter((value) => value !== null);
  return levels.every((value) => typeof value === 'number') ? levels.sort((a, b) => a - b) : levels;
}
