import { readLines } from '../../foundation';

/** One sentence of a file with the columns of CoNLL-2003, by column. */
export interface ColumnRecord {
  tokens: string[];
  partsOfSpeech: string[];
  chunks: string[];
  entities: string[];
}

/** Reads the four columns of CoNLL-2003 as they stand, without document lines. Lines with other numbers of columns are left out. */
export function readRecords(path: string): ColumnRecord[] {
  const records: ColumnRecord[] = [];
  let open: ColumnRecord | undefined;
  for (const line of readLines(path)) {
    const cells = line.trim().split(/[ \t]+/);
    if (cells.length !== 4 || cells[0] === '-DOCSTART-') {
      open = undefined;
      continue;
    }
    if (!open) {
      open = { tokens: [], partsOfSpeech: [], chunks: [], entities: [] };
      records.push(open);
    }
    const [token, partOfSpeech, chunk, entity] = cells;
    open.tokens.push(token);
    open.partsOfSpeech.push(partOfSpeech);
    open.chunks.push(chunk);
    open.entities.push(entity);
  }
  return records;
}
