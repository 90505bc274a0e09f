import { InputError } from './errors';
import { delimiterOf } from './table-file';

/** A row of a table that is read piece by piece; it may have more or fewer cells than there are columns. */
export interface StreamedRow {
  /** The header, without the blanks around each name. */
  columns: readonly string[];
  cells: string[];
  /** Where the row begins, from 1. */
  line: number;
}

/** Bytes. What follows a quote without its end is not read into memory without limit. */
const LONGEST_ROW = 1 << 25;

/**
 * The rows of a table under its header, as `parseTable` reads it, but one after the other, so that tables of any size can be read.
 *
 * @param chunks in UTF-8
 * @param place opens every message: the file, say
 * @throws InputError with the line, for a quote without its end and for what is not UTF-8
 */
export async function* streamTable(
  chunks: AsyncIterable<Uint8Array>,
  place: string,
): AsyncGenerator<StreamedRow> {
  const { parse } = require('csv-parse') as typeof import('csv-parse');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parser: ReturnType<typeof parse> | undefined;
  let columns: string[] | undefined;
  let lastLine = 0;
  const rows: { cells: string[]; lines: number }[] = [];
  const start = (opening: string) => {
    const delimiter = delimiterOf(opening);
    parser = parse({
      delimiter,
      relax_quotes: delimiter === '\t',
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n'],
      max_record_size: LONGEST_ROW,
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, lines });
        return null;
      },
    });
    return parser.on('error', () => {}); // thrown by whoever wrote the piece
  };
  const give = async (text: string, isLast: boolean) => {
    parser ??= start(text);
    const own = parser;
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      own.once('error', reject);
      if (isLast) own.end(text, done);
      else own.write(text, done);
    });
  };
  function* taken(): Generator<StreamedRow> {
    for (const { cells, lines } of rows.splice(0)) {
      lastLine = lines;
      const breaks = cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
      if (columns === undefined) columns = cells.map((name) => name.trim());
      else yield { columns, cells, line: lines - breaks };
    }
  }
  try {
    for await (const chunk of chunks) {
      await give(decoder.decode(chunk, { stream: true }), false);
      yield* taken();
    }
    await give(decoder.decode(), true);
    yield* taken();
  } catch (error) {
    yield* taken();
    const { code, message } = error as Error & { code?: string };
    const at = `${place} line ${lastLine + 1}`;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new InputError(`${at}: or one behind it is not UTF-8; write the file in UTF-8`);
    if (code === 'CSV_QUOTE_NOT_CLOSED')
      throw new InputError(`${at}: a quote opens that has no end; correct the quotes`);
    if (code?.startsWith('CSV_'))
      throw new InputError(`${at}: malformed CSV (${message}); correct the quotes`);
    throw error;
  }
}
