import { lstatSync, type Stats, statSync } from 'node:fs';
import { basename, extname, relative } from 'node:path';
import { InputError, unreadable } from '../../foundation';
import { makeIdsDistinct, withoutExtension, withoutGz } from './document-ids';
import { type FilePath, fsPath, inFolder, namesIn, placeOf, textOfName, whyUnreadable } from './file-path';
import { kindOfFile } from './opening';
import { type DocumentFormat, SKIPPED, Skipped, type TextFormat } from './sources';

/** A file to read, or a folder or link that cannot be read. */
export interface InputFile<Format = DocumentFormat | 'collected'> {
  path: FilePath;
  place: string;
  /** The id of its document, unless the content states one. */
  id: string;
  /** The format by file name; the content takes precedence. */
  format: Format;
  bytes: number;
  /** Whether it is a pipe or a device, which can be read only once. */
  isStream?: boolean;
  /** Why it cannot be read. */
  refusal?: string;
}

/** Which files a command reads from a folder. */
interface Taken<Format> {
  formatOf(path: string): Format | undefined;
  /** Recognizes a file by its content if its name is not conclusive, or if it is given directly. */
  other: Format;
  isOther(path: FilePath, name: string): boolean;
  /** Whether a file begins as the command's own output does. */
  isOutput(opening: string): boolean;
  /** For the error if a path has no documents. */
  nothing: string;
}

const FORMAT_OF_EXTENSION: Record<string, DocumentFormat | undefined> = {
  '.txt': 'text',
  '.xml': 'jats',
  '.nxml': 'jats',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.pubtator': 'text',
  '.tar': 'text',
  '.tgz': 'text',
};

const DOCUMENTS: Taken<DocumentFormat | 'collected'> = {
  formatOf,
  other: 'text',
  isOther: isBiocJson,
  isOutput: (opening) =>
    /^\{"id":("(?:[^"\\]|\\.)*"|\d+),("paragraph":\d+,"offset":\d+,)?"entities":\[/.test(opening),
  nothing: 'nothing to annotate; give .txt, .xml, .nxml, .jsonl or .tar files, or gzip of them',
};

const TEXT_FORMAT_OF_EXTENSION: Record<string, TextFormat | undefined> = {
  '.txt': 'text',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'table',
  '.tsv': 'table',
};

const TEXTS: Taken<TextFormat> = {
  formatOf: (path) => TEXT_FORMAT_OF_EXTENSION[extname(withoutGz(basename(path))).toLowerCase()],
  other: 'text',
  isOther: () => false,
  isOutput: (opening) => /^\{"id":"(?:[^"\\]|\\.)*","labels?":/.test(opening),
  nothing: 'nothing to classify; give .txt, .jsonl, .csv or .tsv files, or gzip of them',
};

/**
 * Lists the files of the paths, in order. A folder stands for all files in it and its subfolders, sorted by name, that are text
 * (.txt), JATS (.xml, .nxml), JSONL (.jsonl), archives of these (.tar, .tgz), gzip of these (.gz), or articles in JSON (PMC1.json of a
 * collection, BioC). A file given by itself may have any extension. Hidden files, pipes and devices in folders, other kinds, and the
 * output of the command itself are skipped. A folder that links lead to again is read once.
 *
 * The id is the file's name without its extension. If several files have the same, it is their path below the given folder, without
 * extension if that suffices.
 *
 * @param own files that the command writes; one that contains texts is still listed, so that the check of outputs refuses it
 * @throws InputError for a path that does not exist
 */
export function listInputs(
  paths: readonly string[],
  own: readonly string[] = [],
): { files: InputFile[]; skipped: Skipped } {
  const { files, skipped } = listFiles(paths, own, DOCUMENTS);
  // JSONL gives its documents' ids.
  makeIdsDistinct(files.filter(({ format, refusal }) => format !== 'jsonl' && refusal === undefined));
  return { files, skipped };
}

/** Lists the files of texts to classify: lines of text (.txt), JSONL (.jsonl), tables (.csv, .tsv) and gzip of these (.gz). */
export const listTexts = (
  paths: readonly string[],
  own: readonly string[] = [],
): { files: InputFile<TextFormat>[]; skipped: Skipped } => listFiles(paths, own, TEXTS);

function listFiles<Format>(
  paths: readonly string[],
  own: readonly string[],
  taken: Taken<Format>,
): { files: ListedFile<Format>[]; skipped: Skipped } {
  const skipped = new Skipped();
  const ownFiles = new Set(own.flatMap((path) => keyOf(statSync(path, { throwIfNoEntry: false })) ?? []));
  const files: ListedFile<Format>[] = [];
  for (const path of paths) {
    let stat: Stats;
    try {
      stat = statSync(path);
    } catch (error) {
      throw missing(path, error);
    }
    if (stat.isDirectory()) new FolderWalk(path, ownFiles, taken, files, skipped).walk(path, stat);
    else files.push(fileAt(path, '', stat, taken.formatOf(path) ?? taken.other));
  }
  if (files.length === 0 && paths.length > 0)
    throw new InputError(`${paths.join(', ')}: holds ${taken.nothing}`);
  return { files, skipped };
}

function missing(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const isMisnamed = code === 'ENOENT' && path.includes('\ufffd');
  const mend = 'its name is not UTF-8: give the folder that it is in, or rename it';
  return unreadable(path, error, isMisnamed ? mend : undefined);
}

/** Identifies a file independently of its name. */
function keyOf(stat: Stats | undefined): string | undefined {
  return stat && `${stat.dev}:${stat.ino}`;
}

/** With its path relative to the given folder; '' for a file given directly. */
type ListedFile<Format> = InputFile<Format> & { below: string };

class FolderWalk<Format> {
  /** Visited folders, by device and inode. */
  readonly #seen = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly own: ReadonlySet<string>,
    private readonly taken: Taken<Format>,
    private readonly files: ListedFile<Format>[],
    private readonly skipped: Skipped,
  ) {}

  walk(folder: FilePath, stat: Stats): void {
    const key = keyOf(stat)!;
    if (this.#seen.has(key)) {
      this.skipped.add(SKIPPED.seen, placeOf(folder));
      return;
    }
    this.#seen.add(key);
    let names: FilePath[] = [];
    try {
      names = namesIn(folder);
    } catch (error) {
      this.#refuse(folder, error);
    }
    for (const name of names) this.#visit(inFolder(folder, name), textOfName(name));
  }

  #visit(path: FilePath, name: string): void {
    if (isHidden(name)) {
      this.skipped.add(SKIPPED.hidden, placeOf(path));
      return;
    }
    let stat: Stats;
    try {
      stat = statSync(fsPath(path), { throwIfNoEntry: false }) ?? lstatSync(fsPath(path)); // a broken link is reported later, in order
    } catch (error) {
      // A circular link, or a folder without permission. A name without an extension may be a folder.
      if (this.taken.formatOf(name) || extname(name) === '') this.#refuse(path, error);
      else this.skipped.add(SKIPPED.otherKind, placeOf(path));
      return;
    }
    if (stat.isDirectory()) this.walk(path, stat);
    else if (this.own.has(keyOf(stat)!) && !this.#holdsTexts(path, name))
      this.skipped.add(SKIPPED.own, placeOf(path));
    else if (!stat.isFile() && !stat.isSymbolicLink()) this.skipped.add(SKIPPED.special, placeOf(path));
    else {
      const format = this.#formatOf(path, name);
      if (format !== undefined) this.files.push(fileAt(path, this.#below(path), stat, format));
      else this.skipped.add(SKIPPED.otherKind, placeOf(path));
    }
  }

  #formatOf(path: FilePath, name: string): Format | undefined {
    return this.taken.formatOf(name) ?? (this.taken.isOther(path, name) ? this.taken.other : undefined);
  }

  /** Whether a file that is about to be replaced is an input, and not the output of an earlier run. */
  #holdsTexts(path: FilePath, name: string): boolean {
    const { text } = kindOfFile(path);
    return this.#formatOf(path, name) !== undefined && text !== '' && !this.taken.isOutput(text);
  }

  #refuse(path: FilePath, error: unknown): void {
    const refusal = whyUnreadable(error);
    if (!refusal) throw error;
    const common = { path, place: placeOf(path), bytes: 0, format: this.taken.other };
    this.files.push({ ...common, id: '', below: this.#below(path), refusal });
  }

  #below(path: FilePath): string {
    return relative(this.root, textOfName(path));
  }
}

function fileAt<Format>(path: FilePath, below: string, stat: Stats, format: Format): ListedFile<Format> {
  const name = textOfName(path);
  const isStream = !stat.isFile() && !stat.isSymbolicLink();
  return {
    path,
    place: placeOf(path),
    id: withoutExtension(basename(name)),
    format,
    bytes: isStream ? 0 : stat.size,
    ...(isStream && { isStream }),
    below,
  };
}

/** Hidden files, including those that macOS adds to archives. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

export function formatOf(path: string): InputFile['format'] | undefined {
  const name = basename(path);
  if (/^PMC\d+\.json$/.test(name)) return 'collected';
  return FORMAT_OF_EXTENSION[extname(withoutGz(name)).toLowerCase()];
}

/** JSON in a folder may be anything; BioC is recognized by its content. */
function isBiocJson(path: FilePath, name: string): boolean {
  if (!/\.json$/i.test(withoutGz(name))) return false;
  try {
    return kindOfFile(path).kind === 'bioc-json';
  } catch {
    return false;
  }
}
