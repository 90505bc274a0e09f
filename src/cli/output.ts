import { printable, printableJson } from '../foundation';

/**
 * Results of a command, as a table for people or, with `--json`, as one JSON value. Results go to standard output; progress and notices to
 * standard error, so that a pipe carries results alone. Control characters in ids, names and texts are escaped.
 */
export function printResult(result: unknown, options: { json?: boolean }, forPeople: () => string): void {
  const text = options.json ? printableJson(JSON.stringify(result, null, 2)) : printable(forPeople(), LAYOUT);
  process.stdout.write(`${text}\n`);
}

/** Control characters that stay: they make lines and columns. */
const LAYOUT = '\n\t';

/** Columns padded to their widest cell; numbers to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => printable(String(cell))));
  const widths = header.map((_, column) =>
    cells.reduce((width, row) => Math.max(width, row[column].length), 0),
  );
  const isNumber = header.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  '),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

export function notice(message: string): void {
  process.stderr.write(`${printable(message, LAYOUT)}\n`);
}

/** A score with three decimals; n/a where there was nothing to measure, which is neither 0 nor 1. */
export function formatShare(share: number | null): string {
  return share === null ? 'n/a' : share.toFixed(3);
}
