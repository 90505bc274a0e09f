import { basename } from 'node:path';
import { InputError, readLines, type SentenceLine, type TextRange } from '../../foundation';
import type { Account } from './account';
import { entitiesOf } from './conll-tags';
import { filesOfPaths } from './files';

export interface ConllOptions {
  /** Column of the tags, from 1; the last by default. */
  column?: number;
}

interface Row {
  word: string;
  tag: string;
  place: string;
}

interface Block {
  article: string;
  rows: { cells: string[]; line: number }[];
}

/**
 * Reads the sentences of CoNLL columns: one word and its tag per line, blank lines between sentences, `-DOCSTART-` before each
 * article. Columns are separated by tabs, or by spaces if there are no tabs. Skips comments (`# …`), a first column that numbers
 * the words, and a language prefix of each word (`en:`). The text is the words joined with single spaces.
 */
export function conllSentences(
  paths: readonly string[],
  options: ConllOptions,
  account: Account,
): SentenceLine[] {
  const files = filesOfPaths(paths);
  const pathOf = new Map(files.map((path) => [basename(path), path]));
  const repeated = new Set(
    files.filter((path) => pathOf.get(basename(path)) !== path).map((path) => basename(path)),
  );
  return files.flatMap((path) => {
    const name = repeated.has(basename(path)) ? path : basename(path);
    return account.orSkip(() => sentencesOfFile(path, name, options, account)) ?? [];
  });
}

function sentencesOfFile(
  path: string,
  name: string,
  { column }: ConllOptions,
  account: Account,
): SentenceLine[] {
  const { blocks, columns } = blocksOf([...readLines(path)], path, name, column);
  const tagColumn = (column ?? columns) - 1;
  const ofWord = isNumbered(blocks) ? 1 : 0;
  if (ofWord === tagColumn)
    throw new InputError(
      `${path}: column ${tagColumn + 1} contains the words; choose the column of the tags with --column`,
    );
  const language = languageOf(blocks, ofWord);
  const usable: { block: Block; rows: Row[] }[] = [];
  for (const block of blocks) {
    const rows = account.orSkip(() =>
      block.rows.map(({ cells, line }): Row => {
        const place = `${path} line ${line}`;
        if (cells.length !== columns)
          throw new InputError(
            `${place}: has ${cells.length} column${cells.length === 1 ? '' : 's'} where the first word has ${columns}; give every word its tag in the same column`,
          );
        return { word: cells[ofWord].slice(language.length).trim(), tag: cells[tagColumn], place };
      }),
    );
    const worded = rows?.filter(({ word }) => word !== '') ?? [];
    account.lose('emptyWords', (rows?.length ?? 0) - worded.length);
    if (worded.length > 0) usable.push({ block, rows: worded });
  }
  const { entities, scheme } = entitiesOf(usable.map(({ rows }) => rows));
  account.schemes[path] = scheme;
  const paragraphs = new Map<string, number>();
  return usable.map(({ block: { article }, rows }, index) => {
    const paragraph = paragraphs.get(article) ?? 0;
    paragraphs.set(article, paragraph + 1);
    const words = placesOf(rows);
    return {
      article,
      section: '',
      paragraph,
      offset: 0,
      text: rows.map(({ word }) => word).join(' '),
      spans: entities[index].map(({ first, last, label }) => ({
        start: words[first].start,
        end: words[last].end,
        label,
      })),
      words,
    };
  });
}

/** Returns the rows of each sentence, and the number of columns of the first certain word. */
function blocksOf(
  lines: readonly string[],
  path: string,
  name: string,
  column: number | undefined,
): { blocks: Block[]; columns: number } {
  const first = lines.find((line) => !isBlank(line) && !isDocumentStart(line) && !line.startsWith('#'));
  if (first === undefined) throw new InputError(`${path}: contains no words with tags; give CoNLL columns`);
  const separator = first.includes('\t') ? '\t' : / +/;
  const cellsOf = (line: string) => withoutEnd(line).split(separator);
  const columns = cellsOf(first).length;
  if (columns < 2 || columns < (column ?? 0))
    throw new InputError(
      `${path} line ${lines.indexOf(first) + 1}: has ${columns} column${columns === 1 ? '' : 's'}, ${column === undefined ? 'words have their tag in a second one' : `and none of number ${column}`}; give CoNLL columns, between tabs or blanks`,
    );
  const blocks: Block[] = [];
  let open = false;
  let documents = 0;
  for (const [index, line] of lines.entries()) {
    if (isBlank(line) || isDocumentStart(line)) {
      if (isDocumentStart(line)) documents++;
      open = false;
      continue;
    }
    const cells = cellsOf(line);
    if (!open && isComment(line, cells, columns)) continue;
    if (!open) {
      const article = documents > 0 ? `${name} document ${documents}` : `${name} line ${index + 1}`;
      blocks.push({ article, rows: [] });
    }
    open = true;
    blocks.at(-1)!.rows.push({ cells, line: index + 1 });
  }
  return { blocks, columns };
}

/** Removes spaces and tabs at the end; other white space may be a word. */
function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--;
  return line.slice(0, end);
}

const isBlank = (line: string) => line.trim() === '';
const isDocumentStart = (line: string) => /^-DOCSTART-/i.test(line);

/**
 * Recognizes a comment before a sentence, unless it is an ordinary row: `#` may be a word. CoNLL-U's `# key = value` is always a
 * comment.
 */
function isComment(line: string, cells: readonly string[], columns: number): boolean {
  return line.startsWith('#') && (cells.length !== columns || /^#\s*\S+ = \S/.test(line));
}

/** Returns whether the first of three or more columns numbers the words of each sentence from 1. */
function isNumbered(blocks: readonly Block[]): boolean {
  return blocks.every(({ rows }) =>
    rows.every(({ cells }, index) => cells.length > 2 && cells[0] === String(index + 1)),
  );
}

/** Returns the language prefix of every word of the file, such as `en:`; empty if any word lacks it. */
function languageOf(blocks: readonly Block[], ofWord: number): string {
  const language = /^[a-z]{2,3}:/.exec(blocks[0]?.rows[0].cells[ofWord] ?? '')?.[0] ?? '';
  const isEverywhere = blocks.every(({ rows }) =>
    rows.every(({ cells }) => cells[ofWord]?.startsWith(language)),
  );
  return isEverywhere ? language : '';
}

function placesOf(rows: readonly Row[]): TextRange[] {
  let start = 0;
  return rows.map(({ word }) => {
    const place = { start, end: start + word.length };
    start = place.end + 1;
    return place;
  });
}
