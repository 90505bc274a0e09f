import { InputError, readLines } from '../../foundation';

/** Tag sequences of a file, and the line on which each stands or begins. */
export interface TagFile {
  path: string;
  sentences: string[][];
  /** From 1; where every token has a line of its own, that of the first. */
  lines: number[];
  oneTokenALine: boolean;
}

/**
 * Reads tags from JSONL, one array of tags a line, or from CoNLL columns: one token a line, its tag in the last column, blank
 * and `-DOCSTART-` lines between sentences. Which of the two it is, the first line tells.
 *
 * @throws InputError naming file and line
 */
export function readTagFile(path: string): TagFile {
  let file: TagFile | undefined;
  let columns: ColumnReader | undefined;
  let number = 0;
  for (const raw of readLines(path)) {
    number++;
    const line = (number === 1 ? raw.replace(/^\ufeff/, '') : raw).trimEnd();
    if (!file) {
      if (line === '') continue;
      const isJson = path.endsWith('.jsonl') || (line.startsWith('[') && line.endsWith(']'));
      file = { path, sentences: [], lines: [], oneTokenALine: !isJson };
      if (!isJson) columns = new ColumnReader(file);
    }
    if (columns) columns.read(line, number);
    else if (line !== '') {
      file.sentences.push(parseTags(line, `${path} line ${number}`));
      file.lines.push(number);
    }
  }
  if (!file || file.sentences.length === 0)
    throw new InputError(`${path}: holds no tags; give one JSON array of tags a line, or CoNLL columns`);
  return file;
}

function parseTags(line: string, place: string): string[] {
  let tags: unknown;
  try {
    tags = JSON.parse(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one array of tags a line`,
    );
  }
  if (!Array.isArray(tags))
    throw new InputError(`${place}: found something else than an array; write one array of tags a line`);
  tags.forEach((tag, index) => {
    if (typeof tag !== 'string' || tag === '')
      throw new InputError(
        `${place}: entry ${index + 1} is ${JSON.stringify(tag)}; a tag is a string, "O" where nothing is marked`,
      );
  });
  return tags as string[];
}

class ColumnReader {
  #separator: RegExp | undefined;
  #columns = 0;
  #open = false;

  constructor(readonly file: TagFile) {}

  read(line: string, number: number): void {
    if (line === '' || line.startsWith('-DOCSTART-')) {
      this.#open = false;
      return;
    }
    // Tokens may hold spaces where tabs part the columns.
    this.#separator ??= line.includes('\t') ? /\t+/ : /\s+/;
    const cells = line.split(this.#separator);
    this.#columns ||= cells.length;
    if (cells.length !== this.#columns) {
      throw new InputError(
        `${this.file.path} line ${number}: ${cells.length} columns, where the lines before have ${this.#columns}; give every token its tag in the last column`,
      );
    }
    if (!this.#open) {
      this.file.sentences.push([]);
      this.file.lines.push(number);
      this.#open = true;
    }
    this.file.sentences.at(-1)!.push(cells.at(-1)!);
  }
}

/** The place of a tag, for a message. */
export function placeOfTag({ path, lines, oneTokenALine }: TagFile, sentence: number, token: number): string {
  if (lines.length === 0) return path;
  return oneTokenALine
    ? `${path} line ${lines[sentence] + token}`
    : `${path} line ${lines[sentence]}, tag ${token + 1}`;
}

/** Throws unless both files have the same sentences, each with the same number of tags. */
export function checkSameShape(gold: TagFile, predicted: TagFile): void {
  const common = Math.min(gold.sentences.length, predicted.sentences.length);
  for (let sentence = 0; sentence < common; sentence++) {
    const wanted = gold.sentences[sentence].length;
    const found = predicted.sentences[sentence].length;
    if (found !== wanted) {
      throw new InputError(
        `${predicted.path} line ${predicted.lines[sentence]}: sentence ${sentence + 1} has ${found} tags, and ${wanted} in ${gold.path} line ${gold.lines[sentence]}; give one tag for each token, in the same order of sentences`,
      );
    }
  }
  if (gold.sentences.length === predicted.sentences.length) return;
  const [longer, shorter] = gold.sentences.length > common ? [gold, predicted] : [predicted, gold];
  throw new InputError(
    `${shorter.path} ends after ${common} sentences, while ${longer.path} has ${longer.sentences.length} (the next on line ${longer.lines[common]}); give the same sentences in both`,
  );
}
