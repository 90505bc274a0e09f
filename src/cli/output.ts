import { counted, printable, printableJson } from '../foundation';

/**
 * Prints the results of a command as a table or, with `--json`, as one JSON value. Results go to standard output; progress and notices
 * go to standard error, so that a pipe carries only results. Control characters in ids, names and texts are escaped.
 */
export function printResult(result: unknown, options: { json?: boolean }, forPeople: () => string): void {
  const text = options.json ? printableJson(JSON.stringify(result, null, 2)) : printable(forPeople(), LAYOUT);
  process.stdout.write(`${text}\n`);
}

/** Control characters that are kept: they separate lines and columns. */
const LAYOUT = '\n\t';

/** Pads columns to their widest cell; numbers are right-aligned. */
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

/** Formats a score with three decimals; n/a if there was nothing to measure. */
export function formatShare(share: number | null): string {
  return share === null ? 'n/a' : share.toFixed(3);
}

/** Describes how many items of the input could not be used. @param used the number of others @param where where the reasons stand */
export function unusable(damaged: number, used: number, item: string, where: string): string {
  if (used > 0)
    return `${damaged} of ${counted(damaged + used, item)} could not be used, ${where}; the others were processed`;
  return damaged === 1
    ? `the only ${item} could not be used, ${where}`
    : `none of the ${damaged} ${item}s could be used, ${where}`;
}
