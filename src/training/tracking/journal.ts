import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError, isRunning, parseJson, whileWriting, writeFileAtomically } from '../../foundation';
import { readStateFile } from '../state-file';
import type { EndEntry, Entry, MetricsEntry, RunStart } from './entries';
import { type FirstLine, firstLineOf, lineOf, type SentLine } from './journal-lines';
import { isRunId } from './run-id';

const ENDING = '.jsonl';
/** Names, parameters and paths of a run are readable by the owner only. */
const PRIVATE = { folder: 0o700, file: 0o600 };

/**
 * A run to be sent to a server, `ID.jsonl`, one JSON object per line: its description, then its entries and, between them, how many
 * the server has received.
 */
export class Journal {
  #broken = false;

  private constructor(
    readonly path: string,
    readonly start: RunStart,
    /** Entries that the server has not yet received, oldest first. */
    readonly unsent: Entry[],
  ) {}

  /**
   * Starts the journal of a run, or resumes that of an earlier part of the run.
   *
   * @param notify called if that is damaged; it is then renamed
   * @throws InputError if it cannot be written
   */
  static open(folder: string, start: RunStart, notify: (sentence: string) => void = () => {}): Journal {
    if (!isRunId(start.id)) throw new InputError(`"${start.id}" is not the id of a tracked run`);
    whileWriting(folder, () => mkdirSync(folder, { recursive: true, mode: PRIVATE.folder }));
    const path = join(folder, `${start.id}${ENDING}`);
    const journal = new Journal(path, start, unsentOf(path, notify));
    journal.#rewrite({ ...start, process: process.pid });
    return journal;
  }

  /**
   * Returns the journals left by earlier runs. A run whose process is gone without an end counts as killed. Damaged journals are
   * skipped.
   *
   * @param notify called for each damaged journal
   */
  static waiting(folder: string, notify: (sentence: string) => void = () => {}): Journal[] {
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter(
      (name) => isRunId(basename(name, ENDING)) && name.endsWith(ENDING),
    );
    return names.flatMap((name) => {
      const path = join(folder, name);
      let journal: ReturnType<typeof read>;
      try {
        journal = read(path);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        notify(error.message);
      }
      if (!journal) return [];
      const { first, entries, unsent } = journal;
      const { process: owner, ...start } = first;
      if (owner !== undefined && isRunning(owner)) return [];
      if (!entries.some(({ kind }) => kind === 'end')) unsent.push(killed(start, entries));
      const waiting = new Journal(path, start, unsent);
      if (journal.hadPassword) waiting.release(); // Rewritten without it.
      return [waiting];
    });
  }

  add(entry: Entry): void {
    this.unsent.push(entry);
    this.#append(entry);
  }

  /** Records that the server has received the `count` oldest unsent entries. */
  markSent(count: number): void {
    this.unsent.splice(0, count);
    this.#append({ sent: count });
  }

  /** Leaves the rest to `waiting`. */
  release(): void {
    this.#rewrite(this.start);
  }

  /** Deletes the journal after everything has reached the server. */
  remove(): void {
    rmSync(this.path, { force: true });
  }

  #rewrite(first: FirstLine): void {
    const lines = [first, ...this.unsent].map((line) => `${JSON.stringify(line)}\n`);
    writeFileAtomically(this.path, lines.join(''), PRIVATE.file);
    chmodSync(this.path, PRIVATE.file); // an existing file keeps its permissions
  }

  #append(line: Entry | SentLine): void {
    if (this.#broken) return;
    try {
      whileWriting(this.path, () => appendFileSync(this.path, `${JSON.stringify(line)}\n`));
    } catch (error) {
      // Anything after a partial line would be unreadable; the rest is kept in memory only.
      this.#broken = true;
      throw error;
    }
  }
}

function unsentOf(path: string, notify: (sentence: string) => void): Entry[] {
  try {
    return read(path)?.unsent ?? [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const aside = `${path}.damaged`;
    renameSync(path, aside);
    notify(`${path}: damaged; it is kept as ${aside}, and its entries are not sent`);
    return [];
  }
}

/** @throws InputError for a line that this library does not write */
function read(
  path: string,
): { first: FirstLine; entries: Entry[]; unsent: Entry[]; hadPassword: boolean } | undefined {
  const content = readStateFile(path);
  if (content === undefined) return undefined;
  // The process may have been killed while writing the last line.
  const whole = content.slice(0, content.lastIndexOf('\n') + 1);
  const [head, ...lines] = whole.split('\n').slice(0, -1);
  const first = parse(head ?? '', `${path} line 1`, firstLineOf);
  if (`${first.id}${ENDING}` !== basename(path)) throw damaged(`${path} line 1`);
  const rest = lines.map((line, index) => parse(line, `${path} line ${index + 2}`, lineOf));
  const entries = rest.filter((line): line is Entry => 'kind' in line);
  const sent = rest.reduce((sum, line) => sum + ('sent' in line ? line.sent : 0), 0);
  const hadPassword = JSON.parse(head).address !== first.address;
  return { first, entries, unsent: entries.slice(sent), hadPassword };
}

function parse<Line>(text: string, place: string, check: (value: unknown) => Line | undefined): Line {
  try {
    const line = check(parseJson(text));
    if (line !== undefined) return line;
  } catch {
    // Reported below.
  }
  throw damaged(place);
}

const damaged = (place: string) =>
  new InputError(`${place}: damaged, so its run cannot be sent; remove the file`);

/** Returns the end of a run whose process disappeared without recording one. */
function killed(start: RunStart, entries: readonly Entry[]): EndEntry {
  const last = entries.findLast((entry): entry is MetricsEntry => entry.kind === 'metrics');
  return { kind: 'end', time: last?.time ?? start.started, status: 'KILLED' };
}
