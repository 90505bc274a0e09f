import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { optionalPackage, whileWriting } from '../../foundation';

type DuckDb = typeof import('@duckdb/node-api');

/** A line of output as a row: documents have an id and mentions, sentences also a paragraph and an offset in it. */
const COLUMNS = `{
  id: 'VARCHAR', paragraph: 'INTEGER', "offset": 'INTEGER',
  entities: 'STRUCT(start INTEGER, "end" INTEGER, label VARCHAR, text VARCHAR, score DOUBLE)[]'
}`;

/** Bytes of a line. */
const LONGEST_LINE = 1 << 28;

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Runs a statement in a database of its own, in memory and in this thread alone, so that equal input gives equal bytes. */
async function run(statement: string): Promise<void> {
  const { DuckDBInstance } = optionalPackage<DuckDb>('@duckdb/node-api', 'Parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    await connection.run(statement);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}

/** Writes lines of output as a Parquet file, which appears under its name when it is whole. */
export async function writeParquet(path: string, lines: Buffer): Promise<void> {
  await inNeighbour(path, async (folder) => {
    const source = join(folder, 'lines.jsonl');
    whileWriting(path, () => writeFileSync(source, lines));
    return `read_json(${quoted(source)}, format = 'newline_delimited', columns = ${COLUMNS}, maximum_object_size = ${LONGEST_LINE})`;
  });
}

/** Writes the rows of Parquet files as one, in the order of the files. */
export async function joinParquet(path: string, files: readonly string[]): Promise<void> {
  await inNeighbour(path, async () => `read_parquet([${files.map(quoted).join(', ')}])`);
}

/** @param rowsOf prepares a temporary folder and returns the table to write */
async function inNeighbour(path: string, rowsOf: (folder: string) => Promise<string>): Promise<void> {
  const folder = whileWriting(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return mkdtempSync(`${path}.partial-`);
  });
  try {
    const whole = join(folder, 'whole.parquet');
    const rows = await rowsOf(folder);
    await run(`COPY (SELECT * FROM ${rows}) TO ${quoted(whole)} (FORMAT parquet, COMPRESSION zstd)`);
    whileWriting(path, () => renameSync(whole, path));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
