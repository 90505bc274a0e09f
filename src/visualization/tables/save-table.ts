import { extname } from 'node:path';
import { formatCsv, InputError, optionalPackage, writeFileAtomically } from '../../foundation';
import type { Row } from '../notebook/show-table';

/** The part of SheetJS in use; danfojs-node brings it. */
interface SheetJs {
  utils: {
    json_to_sheet(rows: readonly Row[]): unknown;
    book_new(sheet: unknown, name: string): unknown;
  };
  write(book: unknown, options: { type: 'buffer'; bookType: 'xlsx' }): Uint8Array;
}

const FORMATS: Readonly<Record<string, (rows: readonly Row[]) => string | Uint8Array>> = {
  '.csv': (rows) => {
    const columns = [...new Set(rows.flatMap(Object.keys))];
    return formatCsv([columns, ...rows.map((row) => columns.map((column) => row[column]))]);
  },
  '.jsonl': (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  '.xlsx': (rows) => {
    refuseLongCells(rows);
    const { utils, write } = optionalPackage<SheetJs>('xlsx', 'Writing a spreadsheet');
    const sheet = utils.json_to_sheet(rows);
    return write(utils.book_new(sheet, 'table'), { type: 'buffer', bookType: 'xlsx' });
  },
};

/** Characters of a cell that a spreadsheet can hold. */
const LONGEST_CELL = 32_767;

function refuseLongCells(rows: readonly Row[]): void {
  for (const [index, row] of rows.entries())
    for (const [column, cell] of Object.entries(row))
      if (typeof cell === 'string' && cell.length > LONGEST_CELL)
        throw new InputError(
          `row ${index + 1}, "${column}": ${cell.length} characters, and a cell of a spreadsheet holds ${LONGEST_CELL}; save the table as .csv or .jsonl`,
        );
}

/**
 * Writes a table as CSV, JSON lines or a spreadsheet, by the end of the path: `.csv`, `.jsonl` or `.xlsx`.
 *
 * @throws InputError for another ending, and for a text that is too long for a spreadsheet
 * @example saveTable([{ sentence: 'Ribosomes translate mRNA.', process: 0.8 }], 'output/results.xlsx');
 */
export function saveTable(rows: readonly Row[], path: string): void {
  const format = FORMATS[extname(path).toLowerCase()];
  if (!format)
    throw new InputError(
      `${path}: a table is saved as ${Object.keys(FORMATS).join(', ')}; end the file's name in one of them`,
    );
  writeFileAtomically(path, format(rows));
}
