import { InputError, notebookKernel, optionalPackage } from '../../foundation';
import { MUTED } from '../palette';
import { escapeHtml } from './html';

/** A cell; null is unknown and shown as a dash. */
export type Cell = string | number | null;
/** One row by column name; all rows have the same columns. A column's unit is part of its name: "size (MB)". */
export type Row = Record<string, Cell>;

// Without danfojs-node its types are missing too. The comment is kept in the declaration file, where the type is then `any`.
// biome-ignore lint/suspicious/noTsIgnore: an error is expected only there
/** @ts-ignore */
type DataFrame = import('danfojs-node').DataFrame;

/** Converts rows to a danfojs DataFrame for filtering, grouping and sorting. Loading danfojs takes seconds, once. */
export function dataFrame(rows: readonly Row[]): DataFrame {
  const danfo = optionalPackage<{ DataFrame: new (rows: Row[]) => DataFrame }>('danfojs-node', 'A DataFrame');
  return new danfo.DataFrame([...rows]);
}

/** Shows rows or a DataFrame as a table below the notebook cell; does nothing outside a notebook. */
export function showTable(table: readonly Row[] | DataFrame, caption: string): void {
  notebookKernel()?.display.html(tableHtml(table, caption));
}

/**
 * Renders the table as HTML with inline styles. DataFrames print themselves as text in boxes of fixed width that cut long cells and
 * left-align numbers; here numbers are right-aligned with equal decimals per column.
 */
export function tableHtml(table: readonly Row[] | DataFrame, caption: string): string {
  const { columns, cells } = contents(table);
  const formats = columns.map((name, column) =>
    numberFormat(
      name,
      cells.map((row) => row[column]),
    ),
  );
  const rule = 'border: none; border-bottom: 1px solid';
  const line = (tag: 'td' | 'th', values: readonly Cell[], colour: string) => {
    const written = values.map((value, column) => {
      const format = formats[column];
      const text = value === null ? '–' : format && typeof value === 'number' ? format(value) : String(value);
      const align = format ? 'right; font-variant-numeric: tabular-nums' : 'left';
      return `<${tag} style="text-align: ${align}; padding: 4px 12px; ${rule} ${colour}">${escapeHtml(text)}</${tag}>`;
    });
    return `<tr>${written.join('')}</tr>`;
  };
  return (
    '<table style="border-collapse: collapse; margin: 8px 0">' +
    `<caption style="caption-side: top; text-align: left; padding: 4px 12px; color: ${MUTED}">${escapeHtml(caption)}</caption>` +
    `<thead>${line('th', columns, '#888')}</thead>` +
    `<tbody>${cells.map((row) => line('td', row, '#ddd')).join('')}</tbody></table>`
  );
}

function contents(table: readonly Row[] | DataFrame): { columns: string[]; cells: Cell[][] } {
  if (!isRows(table)) return { columns: table.columns, cells: table.values as Cell[][] };
  const columns = Object.keys(table[0] ?? {});
  const cells = table.map((row, index) =>
    columns.map((column) => {
      if (!(column in row) || Object.keys(row).length !== columns.length) {
        throw new InputError(
          `Row ${index + 1} of the table does not have the columns of row 1 (${columns.join(', ')}); give all rows the same`,
        );
      }
      return row[column];
    }),
  );
  return { columns, cells };
}

function isRows(table: readonly Row[] | DataFrame): table is readonly Row[] {
  return Array.isArray(table);
}

/** Of a number below 0.1: 1 for 0.05, 2 for 0.005. */
const zerosAfterPoint = (value: number): number =>
  value > 0 && value < 0.1 ? -Math.floor(Math.log10(value)) - 1 : 0;

/** Returns the number format of a column (percentages with one decimal, else about three digits of the largest, with an exponent if all are tiny), or undefined for words. */
function numberFormat(name: string, column: readonly Cell[]): ((value: number) => string) | undefined {
  const numbers = column.filter((cell) => typeof cell === 'number');
  if (numbers.length === 0 || column.some((cell) => typeof cell === 'string')) return undefined;
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const decimals = numbers.every(Number.isInteger)
    ? 0
    : name.endsWith('(%)')
      ? 1
      : largest < 10
        ? 3 + zerosAfterPoint(largest)
        : largest < 100
          ? 2
          : largest < 1000
            ? 1
            : 0;
  if (largest > 0 && largest < 1e-4) return (value) => (value === 0 ? '0' : value.toExponential(1));
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return (value) => value.toLocaleString('en-US', digits);
}
