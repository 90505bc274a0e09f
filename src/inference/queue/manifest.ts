import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, readLines, whileWriting } from '../../foundation';
import { NOTHING_DONE, type Totals } from '../corpus';
import type { Receipt } from './shard-output';

export const manifestPath = (folder: string) => join(folder, 'manifest.jsonl');

/**
 * The finished shards of a run, one a line: what is not listed does not count, whatever other files the folder has. Only the
 * coordinator writes it.
 */
export class Manifest {
  readonly #file: number;
  /** Id by shard number. */
  readonly #ids = new Map<number, string>();
  /** `sources` and `bytes` stay 0: the plan has them. */
  totals: Totals = NOTHING_DONE;

  constructor(private readonly folder: string) {
    const path = manifestPath(folder);
    if (existsSync(path)) {
      const content = readFileSync(path);
      const whole = content.lastIndexOf(10) + 1;
      if (whole < content.length) whileWriting(path, () => truncateSync(path, whole)); // of a killed coordinator
      for (const receipt of readManifest(folder)) this.#count(receipt);
    }
    this.#file = whileWriting(path, () => openSync(path, 'a'));
  }

  get size(): number {
    return this.#ids.size;
  }

  has({ shard, id }: { shard: number; id: string }): boolean {
    return this.#ids.get(shard) === id;
  }

  /** Lists shards that are not listed yet, flushed to disk before it returns. */
  add(receipts: readonly Receipt[]): void {
    const added = receipts.filter((receipt) => !this.has(receipt));
    if (added.length === 0) return;
    whileWriting(manifestPath(this.folder), () => {
      writeSync(this.#file, added.map((receipt) => `${JSON.stringify(receipt)}\n`).join(''));
      fsyncSync(this.#file);
    });
    for (const receipt of added) this.#count(receipt);
  }

  end(): void {
    closeSync(this.#file);
  }

  #count({ shard, id, documents, sentences, entities, damaged }: Receipt): void {
    if (this.#ids.has(shard)) return;
    this.#ids.set(shard, id);
    this.totals = {
      ...this.totals,
      documents: this.totals.documents + documents,
      sentences: this.totals.sentences + sentences,
      entities: this.totals.entities + entities,
      damaged: this.totals.damaged + damaged.length,
    };
  }
}

/** Yields the receipts of the listed shards, in the order in which they were finished. */
export function* readManifest(folder: string): Generator<Receipt> {
  const path = manifestPath(folder);
  if (!existsSync(path)) return;
  let number = 0;
  for (const line of readLines(path)) {
    number++;
    try {
      yield JSON.parse(line) as Receipt;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new InputError(
        `${path} line ${number}: is not a finished shard; delete the line, and run \`annotate --queue\` again`,
      );
    }
  }
}
