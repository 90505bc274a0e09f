import { fieldsOf, withoutCredentials } from '../../foundation';
import { isCount } from '../state-file';
import type { Entry, RunStart } from './entries';
import { isRunId } from './run-id';

/** The first line: the run, and the id of the active process, if any. */
export interface FirstLine extends RunStart {
  process?: number;
}

/** Number of further entries above, oldest first, that have reached the server. */
export interface SentLine {
  sent: number;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is number => Number.isFinite(value);
const isTexts = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText);

/** Parses a first line; undefined if it is not valid. Its id becomes file names, and everything is sent to its address. */
export function firstLineOf(value: unknown): FirstLine | undefined {
  const { address, id, experiment, name, parameters, tags, started, parent, process } = fieldsOf(value);
  if (!isText(address) || !/^https?:/i.test(address) || !URL.canParse(address)) return undefined;
  const isRun = isRunId(id) && isText(experiment) && isText(name) && isTime(started);
  const isWhole = isTexts(parameters) && isTexts(tags) && (parent === undefined || isRunId(parent));
  if (!isRun || !isWhole || (process !== undefined && !isCount(process, 1))) return undefined;
  return { ...(value as FirstLine), address: withoutCredentials(address) };
}

/** Parses any other line; undefined if it is not valid. */
export function lineOf(value: unknown): Entry | SentLine | undefined {
  const { kind, sent, time, step, values, file, path, bytes, modified, status } = fieldsOf(value);
  const isLine =
    kind === 'metrics'
      ? isTime(time) && isTime(step) && isMeasured(values)
      : kind === 'artifact'
        ? isText(file) && isText(path) && isInside(path) && isTime(bytes) && isTime(modified)
        : kind === 'end'
          ? isTime(time) && ['FINISHED', 'FAILED', 'KILLED'].includes(status as string)
          : kind === undefined && isCount(sent, 0);
  return isLine ? (value as Entry | SentLine) : undefined;
}

function isMeasured(values: unknown): boolean {
  return (
    typeof values === 'object' &&
    values !== null &&
    Object.values(values).every(
      (value) => Number.isFinite(value) || ['NaN', 'Infinity', '-Infinity'].includes(value as string),
    )
  );
}

/** Returns whether a path stays inside the folder that it is relative to. */
export function isInside(path: string): boolean {
  const parts = path.split(/[/\\]/);
  return !path.includes('\0') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
