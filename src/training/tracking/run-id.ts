import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { InputError, writeFileAtomically } from '../../foundation';
import { readStateFile } from '../state-file';

/** Whether a value is an id as `newRunId` makes it. Ids become names of files and folders, so nothing else is accepted. */
export const isRunId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);

export const newRunId = (): string => randomUUID().replaceAll('-', '');

/** The id under which an earlier part of a run was tracked; undefined if there is no valid one. */
export function readRunId(path: string, notify: (sentence: string) => void = () => {}): string | undefined {
  let content: string | undefined;
  try {
    content = readStateFile(path, 100)?.trim();
    if (content === undefined || isRunId(content)) return content;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  notify(`${path}: holds no id of a tracked run; tracking begins a new one`);
  return undefined;
}

export function writeRunId(path: string, id: string): void {
  rmSync(path, { force: true }); // a link would be followed
  writeFileAtomically(path, id);
}
