import { readLines } from '../../foundation';

/** Reads the first sentence of a file of CoNLL columns as it stands, by column: words first, tags last // [columns][words] */
export function firstRecord(path: string): string[][] {
  const rows: string[][] = [];
  for (const line of readLines(path)) {
    const cells = line.trim().split(/[ \t]+/);
    const isWord = line.trim() !== '' && cells[0] !== '-DOCSTART-';
    if (isWord) rows.push(cells);
    else if (rows.length > 0) break;
  }
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: columns }, (_, column) => rows.map((cells) => cells[column] ?? ''));
}
