import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { InputError, whileWriting, writeFileAtomically } from '../../foundation';
import type { TrialRecord } from './trial';

/**
 * What a search has done, on disk: a first line that says which search it is, and one for each task that ended, each on the disk
 * before the next task is chosen. To have a failed trial done again, delete its line.
 */
export class Journal {
  private constructor(
    readonly path: string,
    readonly records: TrialRecord[],
  ) {}

  /**
   * Opens or begins the journal of a search. A last line that a killed search left unfinished is cut off.
   *
   * @param about all that decides what trials do; plain data
   * @throws InputError where the file belongs to another search, or is damaged elsewhere than at its end
   */
  static open(path: string, about: Readonly<Record<string, unknown>>): Journal {
    if (!existsSync(path)) writeFileAtomically(path, `${JSON.stringify(about)}\n`);
    const bytes = readFileSync(path);
    const whole = bytes.lastIndexOf('\n') + 1;
    const [first = '', ...lines] = bytes.subarray(0, whole).toString().split('\n').slice(0, -1);
    const begun = parseObject(first, `${path} line 1`);
    const own = JSON.parse(JSON.stringify(about)) as Record<string, unknown>;
    const other = Object.keys({ ...begun, ...own }).find((key) => !isDeepStrictEqual(begun[key], own[key]));
    if (other !== undefined)
      throw new InputError(
        `${path}: was begun by a search with other "${other}"; go on as it was begun, or name another folder`,
      );
    const records = lines.map((line, index) => parseRecord(line, `${path} line ${index + 2}`));
    if (whole < bytes.length) truncateSync(path, whole);
    return new Journal(path, records);
  }

  /** What the search in a journal is about; undefined where none was begun. */
  static begun(path: string): Record<string, unknown> | undefined {
    if (!existsSync(path)) return undefined;
    const [first] = readFileSync(path, 'utf8').split('\n');
    return parseObject(first, `${path} line 1`);
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

function parseObject(line: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new InputError(
    `${place}: damaged, no line of a search's journal; restore the file, delete the line, or begin anew in another folder`,
  );
}

function parseRecord(line: string, place: string): TrialRecord {
  const record = parseObject(line, place);
  const { trial, rung, share, values, saw, seconds, score, metrics, failed } = record;
  const isTask = Number.isInteger(trial) && Number.isInteger(rung) && typeof values === 'object' && values;
  const isMeasured = [share, saw, seconds].every((number) => typeof number === 'number');
  const isOutcome =
    typeof failed === 'string' || (typeof score === 'number' && typeof metrics === 'object' && metrics);
  if (isTask && isMeasured && isOutcome) return record as unknown as TrialRecord;
  throw new InputError(
    `${place}: damaged, no record of a trial; restore the file, delete the line, or begin anew in another folder`,
  );
}
