import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError, readLines, unreadable, whileWriting } from '../../foundation';
import { parseShard, type Shard } from './shards';

/** Where a shard's line is in the plan. */
export interface PlanEntry {
  /** Bytes. */
  offset: number;
  length: number;
}

/** The last line of a complete plan. */
interface Closing {
  shards: number;
  /** Hash of the names, sizes and times of the inputs. */
  listing: string;
}

/** Bytes, enough for the last line. */
const CLOSING = 256;

export const planPath = (folder: string) => join(folder, 'plan.jsonl');

/**
 * The shards of a run, one a line, which jobs refer to by offset: a job stays small however many files its shard has. Only the
 * coordinator writes it, and only at its end, so that offsets stay valid after a restart.
 */
export class Plan {
  readonly #file: number;
  #size: number;
  /** End of the lines that this coordinator has confirmed or written. */
  #end = 0;

  constructor(private readonly folder: string) {
    this.#file = whileWriting(this.path, () => openSync(this.path, existsSync(this.path) ? 'r+' : 'w+'));
    this.#size = fstatSync(this.#file).size;
  }

  get path(): string {
    return planPath(this.folder);
  }

  /** Appends a shard, or confirms that a stopped coordinator has planned the same here. @throws InputError if it has planned another */
  add(shard: Shard): PlanEntry {
    return this.#line(JSON.stringify(shard));
  }

  /** Marks the plan as complete. */
  close(closing: Closing): void {
    this.#line(JSON.stringify(closing));
    this.sync();
  }

  /** Flushes to disk, before jobs refer to the lines. */
  sync(): void {
    whileWriting(this.path, () => fsyncSync(this.#file));
  }

  end(): void {
    closeSync(this.#file);
  }

  #line(line: string): PlanEntry {
    const bytes = Buffer.from(`${line}\n`);
    const entry = { offset: this.#end, length: bytes.length - 1 };
    const planned = Buffer.alloc(Math.max(0, Math.min(bytes.length, this.#size - this.#end)));
    readSync(this.#file, planned, 0, planned.length, this.#end);
    if (!bytes.subarray(0, planned.length).equals(planned))
      throw new InputError(
        `${this.path}: was planned for other inputs; give the same, unchanged, or name another folder`,
      );
    whileWriting(this.path, () => {
      if (planned.length < bytes.length) {
        ftruncateSync(this.#file, this.#end); // the part of a line that a killed coordinator left
        for (let done = 0; done < bytes.length; )
          done += writeSync(this.#file, bytes, done, bytes.length - done, this.#end + done);
        this.#size = this.#end + bytes.length;
      }
    });
    this.#end += bytes.length;
    return entry;
  }
}

/** Returns the last line of a plan, if it is complete. */
export function closingOf(folder: string): Closing | undefined {
  const path = planPath(folder);
  if (!existsSync(path)) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(CLOSING, size));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const last = /(?:^|\n)(\{"shards":.*\})\n$/.exec(bytes.toString('utf8'))?.[1];
    return last === undefined ? undefined : (JSON.parse(last) as Closing);
  } finally {
    closeSync(file);
  }
}

/** Yields the shards of a complete plan with their places in it. */
export function* plannedShards(folder: string): Generator<{ shard: Shard; entry: PlanEntry }> {
  let offset = 0;
  for (const line of readLines(planPath(folder))) {
    const length = Buffer.byteLength(line);
    if (line.startsWith('{"shards":')) return;
    yield { shard: parseShard(line, planPath(folder)), entry: { offset, length } };
    offset += length + 1;
  }
}

/** Reads one shard. @throws InputError if the plan has no shard there */
export function readShard(folder: string, { offset, length }: PlanEntry): Shard {
  const path = planPath(folder);
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(length);
    const count = readSync(file, bytes, 0, length, offset);
    return parseShard(bytes.toString('utf8', 0, count), `${path} byte ${offset}`);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
