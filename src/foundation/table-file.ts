import { counted } from './counted';
import { InputError } from './errors';

/** A row of a table under its header. */
export interface TableRow {
  /** One per column. */
  cells: string[];
  /** Line where the row begins, from 1. */
  line: number;
}

export interface Table {
  /** Column names, trimmed. */
  columns: string[];
  rows: TableRow[];
}

interface CsvRecord {
  record: string[];
  /** Number of its last line. */
  lines: number;
}

/** Possible delimiters; the most frequent one in the header is used, the first on a tie. */
const DELIMITERS = [',', '\t', ';'] as const;

/**
 * Parses a table with a header: CSV (RFC 4180: quotes, line breaks in quotes), also separated by tabs or semicolons. Empty lines
 * are skipped. In a tab-separated table, a quote inside a cell is an ordinary character.
 *
 * @param content with LF line ends
 * @param place starts error messages, for example the file
 * @throws InputError, with the line, for an unclosed quote or a row whose number of cells differs from the header
 */
export function parseTable(content: string, place: string): Table {
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  const delimiter = delimiterOf(content);
  const records: CsvRecord[] = [];
  try {
    parse(content, {
      delimiter,
      relax_quotes: delimiter === '\t',
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: '\n',
      on_record: (record: string[], { lines }) => {
        records.push({ record, lines });
        return null;
      },
    });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const line = (records.at(-1)?.lines ?? 0) + 1;
    const what = code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is not closed' : message;
    throw new InputError(`${place} line ${line}: malformed CSV (${what}); correct the quotes`);
  }
  const [header, ...rest] = records;
  if (!header) throw new InputError(`${place}: is empty; give a table with a header`);
  const columns = header.record.map((name) => name.trim());
  const rows = rest.map(({ record, lines }): TableRow => {
    const line = lines - record.reduce((breaks, cell) => breaks + cell.split('\n').length - 1, 0);
    if (record.length !== columns.length)
      throw new InputError(
        `${place} line ${line}: has ${counted(record.length, 'cell')} where the header has ${counted(columns.length, 'column')}; put texts that contain a ${nameOf(delimiter)} in quotes`,
      );
    return { cells: record, line };
  });
  return { columns, rows };
}

export function delimiterOf(content: string): string {
  const header = content.trimStart().split('\n', 1)[0];
  const [most] = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length })).sort(
    (one, other) => other.count - one.count,
  );
  return most.delimiter;
}

const nameOf = (delimiter: string) =>
  delimiter === '\t' ? 'tab' : delimiter === ';' ? 'semicolon' : 'comma';
