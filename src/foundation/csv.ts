/** A value of a cell; null and undefined are empty. */
export type CsvCell = string | number | boolean | null | undefined;

/**
 * Formats rows as CSV (RFC 4180): cells with a comma, quote or line break are quoted, every row ends with a line feed.
 *
 * @example formatCsv([['text', 'score'], ['one, two', 0.5]]); // 'text,score\n"one, two",0.5\n'
 */
export function formatCsv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((cells) => `${cells.map(formatCell).join(',')}\n`).join('');
}

function formatCell(value: CsvCell): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
