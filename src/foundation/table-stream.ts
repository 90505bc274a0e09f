import { InputError } from './errors';
import { delimiterOf } from './table-file';

/** A row of a table that is read as a stream; it may have more or fewer cells than there are columns. */
export interface StreamedRow {
  /** Column names, trimmed. */
  columns: readonly string[];
  cells: string[];
  /** Line where the row begins, from 1. */
  line: number;
}

/** Bytes. Bounds the memory used after an unclosed quote. */
const LONGEST_ROW = 1 << 25;

/**
 * Yields the rows of a table as `parseTable` reads it, but as a stream, so tables of any size work.
 *
 * @param chunks in UTF-8
 * @param place starts error messages, for example the file
 * @throws InputError, with the line, for an unclosed quote or invalid UTF-8
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
    return parser.on('error', () => {}); // thrown by the writer of the chunk
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
      throw new InputError(`${at}: this line or a later one is not UTF-8; save the file as UTF-8`);
    if (code === 'CSV_QUOTE_NOT_CLOSED')
      throw new InputError(`${at}: a quote is not closed; correct the quotes`);
    if (code?.startsWith('CSV_'))
      throw new InputError(`${at}: malformed CSV (${message}); correct the quotes`);
    throw error;
  }
}
