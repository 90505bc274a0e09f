import type { FilePath } from './file-path';

export type DocumentFormat = 'text' | 'jats' | 'jsonl';

/**
 * What one turn of a worker takes as a whole: a file, a document or an article's sentences from JSONL, or word of what could
 * not be read. `place` opens messages; `bytes` is its share of the input as it lies on disk; with `isOwnId` an article's PMCID, or
 * what else it is known by, is its id if it states one.
 */
export type Source = { place: string; bytes: number } & (
  | { kind: 'file'; id: string; format: WholeFileFormat; path: FilePath }
  | { kind: 'content'; id: string; format: WholeFileFormat; content: Uint8Array; isOwnId?: boolean }
  | { kind: 'document'; id: string; text: string; paragraphs?: TextRange[] }
  | { kind: 'sentences'; article: string; sentences: SourceSentence[] }
  | { kind: 'damaged'; reason: string }
);

/** An article as a collection stores it is JATS in JSON. */
export type WholeFileFormat = 'text' | 'jats' | 'collected';

export interface SourceSentence {
  paragraph: number;
  offset: number;
  text: string;
}

/** A part of a document over whose end no sentence reaches. */
export interface TextRange {
  start: number;
  end: number;
}

/** Bytes. Larger files are refused, so that none (and nothing packed into a small one) can fill the memory. */
export const LARGEST = 1 << 27;
export const TOO_LARGE = tooLarge(LARGEST);
/** Of an article in JSON, as a collection stores it. */
export const LARGEST_COLLECTED = 1 << 25;
/** Of BioC and PubTator, whose documents are all in memory at once. */
export const LARGEST_PARSED = 1 << 26;

export function tooLarge(bytes: number): string {
  return `larger than ${bytes >> 20} MiB; split it`;
}

/** What is left out of a folder or an archive without being an error: counted by reason, the first of each named. */
export class Skipped {
  readonly #byReason = new Map<string, { count: number; first: string[] }>();

  add(reason: string, place: string): void {
    const entry = this.#byReason.get(reason) ?? { count: 0, first: [] };
    this.#byReason.set(reason, entry);
    entry.count++;
    if (entry.first.length < MOST_NAMED) entry.first.push(place);
  }

  get count(): number {
    return [...this.#byReason.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** A sentence for each reason. */
  sentences(): string[] {
    return [...this.#byReason].map(([reason, { count, first }]) => {
      const others = count > first.length ? ` and ${count - first.length} more` : '';
      return `Skipped ${count} ${reason}: ${first.join(', ')}${others}`;
    });
  }
}

const MOST_NAMED = 5;

export const SKIPPED = {
  otherKind: 'files of other kinds',
  hidden: 'hidden files and folders',
  special: 'pipes, sockets and devices',
  seen: 'folders that links had led to before',
  own: 'files that this command writes',
};

/** What is being read, for the sources that are found in it. */
export interface Reading {
  /** Opens messages. */
  place: string;
  /** Of a document that has none of its own. */
  id: string;
  /** What the name says. */
  named?: DocumentFormat | 'collected';
  /** What the user says it is. */
  chosen?: DocumentFormat;
  /** In an archive. */
  isMember?: boolean;
  skipped: Skipped;
  /** How many bytes of the input have been read since it was last asked. */
  newBytes(): number;
}
