import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { InputError, writeFileAtomically } from '../../foundation';
import { readStateFile } from '../state-file';

/** Of our making: it becomes the name of a file and of a folder, so nothing else may be one. */
export const isRunId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);

export const newRunId = (): string => randomUUID().replaceAll('-', '');

/** The id that an earlier part of a run was tracked under; undefined where there is none, or none that can be used. */
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
  rmSync(path, { force: true }); // Were it a link, it would be written through.
  writeFileAtomically(path, id);
}
