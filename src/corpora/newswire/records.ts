import { basename } from 'node:path';
import { InputError } from '../../foundation';
import { readBlocks } from '../convert/conll';

/** Reads the first whole sentence of a file of CoNLL columns as it stands, by column // [columns][words] */
export function firstRecord(path: string): string[][] {
  const { blocks, form } = readBlocks(path, basename(path));
  const first = blocks.find(({ rows }) => rows.every(({ cells }) => cells.length === form.columns));
  if (!first)
    throw new InputError(`${path}: has no sentence whose lines all have ${form.columns} columns; correct it`);
  return Array.from({ length: form.columns }, (_, column) => first.rows.map(({ cells }) => cells[column]));
}
