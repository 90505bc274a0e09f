import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, whileWriting, writeFileAtomically } from '../../foundation';
import type { EndEntry, Entry, MetricsEntry, RunStart } from './entries';

/** The first line: which run, and the number of the process that works on it, while one does. */
interface FirstLine extends RunStart {
  process?: number;
}

/** So many of the oldest entries above, that were not sent yet, have reached the server. */
interface SentLine {
  sent: number;
}

const ENDING = '.jsonl';

/**
 * A run on its way to a server, `ID.jsonl`, a JSON object a line: how it is introduced, then its entries and, between them, how
 * many the server has.
 */
export class Journal {
  #broken = false;

  private constructor(
    readonly path: string,
    readonly start: RunStart,
    /** What the server does not have yet, oldest first. */
    readonly unsent: Entry[],
  ) {}

  /** Begins the journal of a run, or goes on with what an earlier part of the run left. @throws InputError where it cannot be written */
  static open(folder: string, start: RunStart): Journal {
    const path = join(folder, `${start.id}${ENDING}`);
    const journal = new Journal(path, start, existsSync(path) ? read(path).unsent : []);
    journal.#rewrite({ ...start, process: process.pid });
    return journal;
  }

  /** The journals that runs left behind; one whose process is gone without a word counts as killed. */
  static waiting(folder: string): Journal[] {
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
    return names.flatMap((name) => {
      const path = join(folder, name);
      const { first, entries, unsent } = read(path);
      const { process: owner, ...start } = first;
      if (owner !== undefined && isAlive(owner)) return [];
      if (!entries.some(({ kind }) => kind === 'end')) unsent.push(killed(start, entries));
      return [new Journal(path, start, unsent)];
    });
  }

  add(entry: Entry): void {
    this.unsent.push(entry);
    this.#append(entry);
  }

  /** The server has so many of the oldest unsent entries. */
  markSent(count: number): void {
    this.unsent.splice(0, count);
    this.#append({ sent: count });
  }

  /** Leaves the rest to `waiting`. */
  release(): void {
    this.#rewrite(this.start);
  }

  /** Everything has reached the server. */
  remove(): void {
    rmSync(this.path, { force: true });
  }

  #rewrite(first: FirstLine): void {
    const lines = [first, ...this.unsent].map((line) => `${JSON.stringify(line)}\n`);
    writeFileAtomically(this.path, lines.join(''));
  }

  #append(line: Entry | SentLine): void {
    if (this.#broken) return;
    try {
      whileWriting(this.path, () => appendFileSync(this.path, `${JSON.stringify(line)}\n`));
    } catch (error) {
      // What comes after half a line could not be read; the rest is kept in memory alone.
      this.#broken = true;
      throw error;
    }
  }
}

function read(path: string): { first: FirstLine; entries: Entry[]; unsent: Entry[] } {
  const content = readFileSync(path, 'utf8');
  // The process may have been killed while it wrote the last line.
  const whole = content.slice(0, content.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').filter(Boolean);
  const [first, ...rest] = lines.map((line, index) => parse(line, `${path} line ${index + 1}`)) as [
    FirstLine,
    ...(Entry | SentLine)[],
  ];
  const entries = rest.filter((line): line is Entry => 'kind' in line);
  const sent = rest.reduce((sum, line) => sum + ('sent' in line ? line.sent : 0), 0);
  return { first, entries, unsent: entries.slice(sent) };
}

function parse(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new InputError(`${place}: damaged, so its run cannot be sent; remove the file`);
  }
}

/** How a run ended whose process was gone before it could say so. */
function killed(start: RunStart, entries: readonly Entry[]): EndEntry {
  const last = entries.findLast((entry): entry is MetricsEntry => entry.kind === 'metrics');
  return { kind: 'end', time: last?.time ?? start.started, status: 'KILLED' };
}

function isAlive(processNumber: number): boolean {
  try {
    return process.kill(processNumber, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
