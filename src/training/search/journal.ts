import { closeSync, existsSync, fsyncSync, openSync, truncateSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  describeJson,
  fieldsOf,
  InputError,
  isJsonObject,
  parseJson,
  whileWriting,
  writeFileAtomically,
} from '../../foundation';
import { refuseLink } from '../run-folder';
import { isCount, readStateFile } from '../state-file';
import { MOST_TRIALS } from './space';
import type { TrialRecord } from './trial';

/**
 * Record of a search on disk: a first line that identifies the search, and one for each finished task, flushed to disk before the
 * next task is chosen. To repeat a failed trial, delete its line.
 */
export class Journal {
  private constructor(
    readonly path: string,
    readonly records: TrialRecord[],
  ) {}

  /**
   * Opens or creates the journal of a search. A last line left incomplete by a killed search is removed.
   *
   * @param about everything that determines the trials; plain data
   * @throws InputError if the file belongs to another search, or is damaged elsewhere than at its end
   */
  static open(path: string, about: Readonly<Record<string, unknown>>): Journal {
    refuseLink(path);
    if (!existsSync(path)) writeFileAtomically(path, `${JSON.stringify(about)}\n`);
    const content = readStateFile(path) ?? '';
    const whole = content.slice(0, content.lastIndexOf('\n') + 1);
    const [first = '', ...lines] = whole.split('\n').slice(0, -1);
    const begun = parseObject(first, `${path} line 1`);
    const own = JSON.parse(JSON.stringify(about)) as Record<string, unknown>;
    const other = Object.keys({ ...begun, ...own }).find((key) => !isSame(begun[key], own[key]));
    if (other !== undefined)
      throw new InputError(
        `${path}: belongs to a search with other ${describeJson(other)}; resume it with the same, or name another folder`,
      );
    const records = lines.map((line, index) => parseRecord(line, `${path} line ${index + 2}`));
    if (whole.length < content.length) truncateSync(path, Buffer.byteLength(whole));
    return new Journal(path, records);
  }

  /** Returns the description of the search in a journal; undefined if there is none. */
  static begun(path: string): Record<string, unknown> | undefined {
    const content = readStateFile(path);
    return content === undefined ? undefined : parseObject(content.split('\n', 1)[0], `${path} line 1`);
  }

  append(record: TrialRecord): void {
    whileWriting(this.path, () => {
      const file = openSync(this.path, 'a');
      try {
        writeSync(file, `${JSON.stringify(record)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
    this.records.push(record);
  }
}

/** Undefined for a key that is absent. */
function isSame(begun: unknown, own: unknown): boolean {
  try {
    return isDeepStrictEqual(begun, own);
  } catch {
    return false; // nested too deeply to be ours
  }
}

function parseObject(line: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = parseJson(line);
    if (isJsonObject(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw new InputError(
    `${place}: damaged, not a line of a search journal; restore the file, delete the line, or start over in another folder`,
  );
}

/** Parses a record: trial number and rung name a folder, the values go into configurations, and the score decides. */
function parseRecord(line: string, place: string): TrialRecord {
  const record = parseObject(line, place);
  const { trial, rung, share, values, saw, seconds, score, metrics, failed } = record;
  const isTask = isCount(trial, 1, MOST_TRIALS) && isCount(rung, 0, MOST_TRIALS);
  const isMeasured = [share, saw, seconds].every(Number.isFinite);
  const isScored = Number.isFinite(score) && holds(metrics, ['number', 'null']);
  const isOutcome = 'score' in record ? isScored : typeof failed === 'string';
  if (isTask && isMeasured && isOutcome && holds(values, ['string', 'number', 'null']))
    return record as unknown as TrialRecord;
  throw new InputError(
    `${place}: damaged, not a record of a trial; restore the file, delete the line, or start over in another folder`,
  );
}

/** Returns whether a value is an object whose values have only these types. */
function holds(value: unknown, types: readonly string[]): boolean {
  if (!isJsonObject(value)) return false;
  return Object.values(fieldsOf(value)).every((own) => types.includes(own === null ? 'null' : typeof own));
}
