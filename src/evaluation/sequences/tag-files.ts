import { describeJson, InputError, parseJson, readLines } from '../../foundation';

/** Tag sequences of a file, and the line on which each begins. */
export interface TagFile {
  path: string;
  sentences: string[][];
  /** Counted from 1; in column files, the line of the first token. */
  lines: number[];
  oneTokenALine: boolean;
}

/**
 * Reads tags from JSONL, one array of tags per line, or from CoNLL columns: one token per line with its tag in the last column, blank
 * and `-DOCSTART-` lines between sentences, comments before them. The first line determines the format.
 *
 * @throws InputError with file and line, also for a value that is not a tag
 */
export function readTagFile(path: string): TagFile {
  let file: TagFile | undefined;
  let columns: ColumnReader | undefined;
  let number = 0;
  for (const raw of readLines(path)) {
    number++;
    const line = withoutEnd(raw);
    if (!file) {
      if (isBlank(line)) continue;
      const isJson = /\.jsonl(?:\.gz)?$/i.test(path) || (line.startsWith('[') && line.endsWith(']'));
      file = { path, sentences: [], lines: [], oneTokenALine: !isJson };
      if (!isJson) columns = new ColumnReader(file);
    }
    if (columns) columns.read(line, number);
    else if (!isBlank(line)) {
      file.sentences.push(parseTags(line, `${path} line ${number}`));
      file.lines.push(number);
    }
  }
  columns?.end();
  if (!file || file.sentences.length === 0)
    throw new InputError(`${path}: contains no tags; give one JSON array of tags per line, or CoNLL columns`);
  return file;
}

/** Removes spaces and tabs at the end; other white space may be a token. */
function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--;
  return line.slice(0, end);
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

/**
 * `O`, a prefix with a class after or before it, or a bare prefix. Any capital letter is a prefix, as in conlleval, including `M` of
 * BMES.
 */
function isTag(text: string): boolean {
  return /^(?:O|[BIESLUM]|[A-Z]-.+|.+-[BIESLUM])$/s.test(text);
}

const TAG = 'a tag is O, or a prefix such as B or I, a dash and a class';

function parseTags(line: string, place: string): string[] {
  let tags: unknown;
  try {
    tags = parseJson(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one array of tags per line`,
    );
  }
  if (!Array.isArray(tags))
    throw new InputError(`${place}: found something else than an array; write one array of tags per line`);
  tags.forEach((tag, index) => {
    if (typeof tag !== 'string' || tag === '')
      throw new InputError(
        `${place}: entry ${index + 1} is ${describeJson(tag)}; a tag is a string, "O" outside of mentions`,
      );
    if (!isTag(tag)) throw new InputError(`${place}: entry ${index + 1} is ${describeJson(tag)}; ${TAG}`);
  });
  return tags as string[];
}

function isBorder(line: string): boolean {
  return /^-DOCSTART-/i.test(line);
}

const MOST_COLUMNS = 100;

class ColumnReader {
  #separator = / +/;
  #columns = 0;
  #open = false;
  /** Lines up to the first unambiguous token, which determines the number of columns. */
  #waiting: { line: string; number: number }[] = [];

  constructor(readonly file: TagFile) {}

  read(line: string, number: number): void {
    if (this.#columns === 0) {
      this.#waiting.push({ line, number });
      if (!isBlank(line) && !isBorder(line) && !line.startsWith('#')) this.#begin(line);
    } else if (isBlank(line) || isBorder(line)) this.#open = false;
    else this.#readRow(line, number);
  }

  /** Call after the last line. */
  end(): void {
    const first = this.#waiting.find(({ line }) => isTag(line.split(/[ \t]+/, MOST_COLUMNS).at(-1)!));
    if (first) this.#begin(first.line);
  }

  #begin(line: string): void {
    // Tokens may contain spaces if columns are separated by tabs; a no-break space is a token, not a separator.
    this.#separator = line.includes('\t') ? /\t+/ : / +/;
    this.#columns = this.#cellsOf(line).length;
    for (const { line, number } of this.#waiting) this.read(line, number);
    this.#waiting = [];
  }

  #readRow(line: string, number: number): void {
    const cells = this.#cellsOf(line);
    const tag = cells.at(-1)!;
    if (!this.#open && this.#isComment(line, cells)) return;
    const place = `${this.file.path} line ${number}`;
    if (cells.length !== this.#columns || cells.length > MOST_COLUMNS) {
      throw new InputError(
        `${place}: ${cells.length > MOST_COLUMNS ? `more than ${MOST_COLUMNS}` : cells.length} columns, but the lines before have ${this.#columns}; give every token its tag in the last column`,
      );
    }
    if (!isTag(tag)) {
      throw new InputError(
        `${place}: the last column has ${describeJson(tag)}; ${TAG}, and every token has one in the last column`,
      );
    }
    if (!this.#open) {
      this.file.sentences.push([]);
      this.file.lines.push(number);
      this.#open = true;
    }
    this.file.sentences.at(-1)!.push(tag);
  }

  /**
   * Before a sentence, a line that begins with `#` is a comment unless it has the columns of a token: `#` may be a token. The
   * `# key = value` of CoNLL-U is always a comment.
   */
  #isComment(line: string, cells: readonly string[]): boolean {
    if (!line.startsWith('#')) return false;
    return cells.length !== this.#columns || !isTag(cells.at(-1)!) || /^#\s*\S+ = \S/.test(line);
  }

  #cellsOf(line: string): string[] {
    return line.split(this.#separator, MOST_COLUMNS + 1);
  }
}

/** Formats the place of a tag for a message. */
export function placeOfTag({ path, lines, oneTokenALine }: TagFile, sentence: number, token: number): string {
  if (lines.length === 0) return path;
  return oneTokenALine
    ? `${path} line ${lines[sentence] + token}`
    : `${path} line ${lines[sentence]}, tag ${token + 1}`;
}

/** Checks that both files have the same number of sentences, each with the same number of tags. */
export function checkSameShape(gold: TagFile, predicted: TagFile): void {
  const common = Math.min(gold.sentences.length, predicted.sentences.length);
  for (let sentence = 0; sentence < common; sentence++) {
    const wanted = gold.sentences[sentence].length;
    const found = predicted.sentences[sentence].length;
    if (found !== wanted) {
      throw new InputError(
        `${predicted.path} line ${predicted.lines[sentence]}: sentence ${sentence + 1} has ${found} tags, but ${wanted} in ${gold.path} line ${gold.lines[sentence]}; give one tag for each token, in the same order of sentences`,
      );
    }
  }
  if (gold.sentences.length === predicted.sentences.length) return;
  const [longer, shorter] = gold.sentences.length > common ? [gold, predicted] : [predicted, gold];
  throw new InputError(
    `${shorter.path} ends after ${common} sentences, while ${longer.path} has ${longer.sentences.length} (the next on line ${longer.lines[common]}); give the same sentences in both`,
  );
}
