import type { FilePath } from './file-path';

export type DocumentFormat = 'text' | 'jats' | 'jsonl';

/** How texts to classify are written: one per line, one per JSON object, or one per row under a header. */
export type TextFormat = 'text' | 'jsonl' | 'table';

/**
 * A unit of work: a file, a document, the sentences of an article, or something that could not be read. `place` is the prefix of
 * messages; `bytes` is its share of the input on disk; with `isOwnId` the id in the article (PMCID, PMID or DOI) replaces `id`.
 */
export type Source = { place: string; bytes: number } & (
  | { kind: 'file'; id: string; format: WholeFileFormat; path: FilePath }
  | { kind: 'content'; id: string; format: WholeFileFormat; content: Uint8Array; isOwnId?: boolean }
  | { kind: 'document'; id: string; text: string; paragraphs?: TextRange[] }
  | { kind: 'sentences'; article: string; sentences: SourceSentence[] }
  | { kind: 'damaged'; reason: string }
);

/** A collection stores an article as JATS in JSON: `collected`. */
export type WholeFileFormat = 'text' | 'jats' | 'collected';

export interface SourceSentence {
  paragraph: number;
  offset: number;
  text: string;
}

/** A part of a document; no sentence crosses its end. */
export interface TextRange {
  start: number;
  end: number;
}

/** Bytes. Larger files, decompressed size included, are refused, so that none can fill the memory. */
export const LARGEST = 1 << 27;
export const TOO_LARGE = tooLarge(LARGEST);
/** Bytes of an article in JSON, as a collection stores it. */
export const LARGEST_COLLECTED = 1 << 25;
/** Bytes of BioC and PubTator, whose documents are all in memory at once. */
export const LARGEST_PARSED = 1 << 26;

export function tooLarge(bytes: number): string {
  return `larger than ${bytes >> 20} MiB; split it`;
}

/** Files of a folder or archive skipped without an error: counted by reason, the first few of each listed. */
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
  seen: 'folders that links had already led to',
  own: 'files that this command writes',
};

/** The file or stream that sources are read from. */
export interface Reading {
  /** Prefix of messages. */
  place: string;
  /** For documents without an id. */
  id: string;
  /** The format by its name. */
  named?: DocumentFormat | 'collected';
  /** The format that the user chose. */
  chosen?: DocumentFormat;
  /** Whether it is a file in an archive. */
  isMember?: boolean;
  skipped: Skipped;
  /** How many bytes of the input have been read since the last call. */
  newBytes(): number;
}
