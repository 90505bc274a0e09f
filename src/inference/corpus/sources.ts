import { lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { InputError } from '../../foundation';

export type DocumentFormat = 'text' | 'jats' | 'jsonl';

/**
 * What one turn of a worker takes as a whole: a file, a document or an article's sentences from JSONL, or word of what could
 * not be read. `place` opens messages; `bytes` is its share of the input as it lies on disk.
 */
export type Source = { place: string; bytes: number } & (
  | { kind: 'file'; id: string; format: WholeFileFormat; path: string }
  | { kind: 'content'; id: string; format: WholeFileFormat; content: Uint8Array }
  | { kind: 'document'; id: string; text: string }
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

/** Bytes. Larger texts are refused, so that no file (and nothing packed into a small one) can fill the memory. */
export const LARGEST = 1 << 27;
export const TOO_LARGE = `larger than ${LARGEST >> 20} MiB; split it`;

/** A file to annotate; of gzip the format is that of what is in it. */
export interface InputFile {
  path: string;
  id: string;
  format: WholeFileFormat | 'jsonl';
  bytes: number;
}

const FORMAT_OF_EXTENSION: Record<string, DocumentFormat | undefined> = {
  '.txt': 'text',
  '.xml': 'jats',
  '.nxml': 'jats',
  '.jsonl': 'jsonl',
};

/**
 * The files that the paths stand for, in order: a file is itself, a folder all files in it and its folders, by name, that are
 * text (.txt), JATS (.xml, .nxml), JSONL (.jsonl), gzip of these (.gz behind), or collected articles (PMC1.json). A file
 * named by itself may have any extension; what is unknown is text.
 *
 * @returns the files, and how many in the folders were passed over for their extension
 * @throws InputError for a path that is not there
 */
export function listInputs(paths: readonly string[]): { files: InputFile[]; passedOver: number } {
  const files: InputFile[] = [];
  let passedOver = 0;
  const walk = (folder: string) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path); // a link to nothing is told when its turn comes
      const format = formatOf(name);
      if (stat.isDirectory()) walk(path);
      else if (format) files.push({ path, id: idOf(name), format, bytes: stat.size });
      else passedOver++;
    }
  };
  for (const path of paths) {
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) walk(path);
      else {
        files.push({ path, id: idOf(basename(path)), format: formatOf(path) ?? 'text', bytes: stat.size });
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InputError(`${path}: cannot be read (${code}); check the path`);
    }
  }
  if (files.length === 0 && paths.length > 0) {
    throw new InputError(
      `${paths.join(', ')}: holds nothing to annotate; give .txt, .xml, .nxml or .jsonl files, or gzip of them`,
    );
  }
  return { files, passedOver };
}

function formatOf(path: string): InputFile['format'] | undefined {
  const name = basename(path);
  if (/^PMC\d+\.json$/.test(name)) return 'collected';
  return FORMAT_OF_EXTENSION[extname(withoutGz(name)).toLowerCase()];
}

function idOf(name: string): string {
  const inner = withoutGz(name);
  return basename(inner, extname(inner));
}

function withoutGz(name: string): string {
  return name.replace(/\.gz$/i, '');
}
