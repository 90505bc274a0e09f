import { basename } from 'node:path';
import { counted, InputError, readLines, type SentenceLine, type TextRange } from '../../foundation';
import type { Account, PlacedSentence } from './account';
import { entitiesOf, hasPrefixes, refuseOddTags, type TaggedEntity } from './conll-tags';
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

/** How the words of a file are written. */
interface Form {
  columns: number;
  ofWord: number;
  ofTag: number;
  /** Whether a first column numbers the words of each sentence. */
  isNumbered: boolean;
  /** Prefix of the words, such as `en:`. */
  language: string;
}

/**
 * Reads the sentences of CoNLL columns: one word and its tag per line, blank lines between sentences, `-DOCSTART-` before each
 * article. Columns are separated by tabs, or by spaces if there are no tabs; most lines decide how many there are. Skips comments (`# …`), a
 * first column that numbers the words, and a language prefix of each word (`en:`). The text is the words joined with single spaces.
 */
export function conllSentences(
  paths: readonly string[],
  options: ConllOptions,
  account: Account,
): PlacedSentence[] {
  const files = filesOfPaths(paths);
  const pathOf = new Map(files.map((path) => [basename(path), path]));
  const repeated = new Set(
    files.filter((path) => pathOf.get(basename(path)) !== path).map((path) => basename(path)),
  );
  const labels = new Map<string, Set<string>>();
  const sentences = files.flatMap((path) => {
    const name = repeated.has(basename(path)) ? path : basename(path);
    const own = account.orSkip(() => sentencesOfFile(path, name, options, account)) ?? [];
    if (own.length > 0)
      labels.set(path, new Set(own.flatMap(({ sentence }) => sentence.spans.map(({ label }) => label))));
    return own;
  });
  account.notices.push(...missingLabels(labels));
  return sentences;
}

/** One message per label that some of the files lack. */
function missingLabels(labels: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const all = new Set([...labels.values()].flatMap((own) => [...own]));
  return [...all].flatMap((label) => {
    const without = [...labels.keys()].filter((path) => !labels.get(path)!.has(label));
    if (without.length === 0) return [];
    const others = without.length > 1 ? ` and ${without.length - 1} more of ${labels.size} files` : '';
    return [
      `${without[0]}${others}: no ${label}, which is taken to mean that there is none; convert files apart whose annotators did not look for the same`,
    ];
  });
}

function sentencesOfFile(
  path: string,
  name: string,
  options: ConllOptions,
  account: Account,
): PlacedSentence[] {
  const { blocks, form } = readBlocks(path, name, options);
  const whole = blocks.flatMap((block) => {
    const rows = account.orSkip(() => rowsOf(block, form, path));
    return rows ? [{ article: block.article, rows }] : [];
  });
  const isPrefixed = hasPrefixes(whole.flatMap(({ rows }) => rows));
  const usable = whole.filter(
    ({ rows }) =>
      !isPrefixed ||
      account.orSkip(() => {
        refuseOddTags(rows);
        return true;
      }),
  );
  const { entities, scheme } = entitiesOf(
    usable.map(({ rows }) => rows),
    isPrefixed,
  );
  account.schemes[path] = scheme;
  const paragraphs = new Map<string, number>();
  return usable.flatMap(({ article, rows }, index) => {
    const own = joined(rows, entities[index], account);
    if (own.text === '') return [];
    const paragraph = paragraphs.get(article) ?? 0;
    paragraphs.set(article, paragraph + 1);
    const sentence = { article, section: '', paragraph, offset: 0, ...own };
    return [{ sentence, place: rows[0].place }];
  });
}

/** The words of a sentence as its text, without blank ones. */
function joined(
  rows: readonly Row[],
  entities: readonly TaggedEntity[],
  account: Account,
): Pick<SentenceLine, 'text' | 'spans' | 'words'> {
  const places: (TextRange | undefined)[] = [];
  const words: TextRange[] = [];
  for (const { word } of rows) {
    const start = words.length === 0 ? 0 : words[words.length - 1].end + 1;
    const place = word === '' ? undefined : { start, end: start + word.length };
    places.push(place);
    if (place) words.push(place);
  }
  account.lose('emptyWords', rows.length - words.length);
  const spans = entities.flatMap(({ first, last, label }) => {
    const own = places.slice(first, last + 1).filter((place) => place !== undefined);
    return own.length === 0 ? [] : [{ start: own[0].start, end: own[own.length - 1].end, label }];
  });
  account.lose('emptyEntities', entities.length - spans.length);
  const text = rows.flatMap(({ word }) => (word === '' ? [] : [word])).join(' ');
  return { text, spans, words };
}

/** Checks the rows of a sentence and takes words and tags out of them. */
function rowsOf(block: Block, form: Form, path: string): Row[] {
  const { columns, ofWord, ofTag, language } = form;
  for (const { cells, line } of block.rows)
    if (cells.length !== columns)
      throw new InputError(
        `${path} line ${line}: has ${counted(cells.length, 'column')} where most words have ${columns}; give every word its tag in the same column`,
      );
  const rows = form.isNumbered ? block.rows.filter(({ cells }) => !isMultiword(cells[0])) : block.rows;
  return rows.map(({ cells, line }, index) => {
    const place = `${path} line ${line}`;
    const expected = Number(rows[0].cells[0]) + index;
    if (form.isNumbered && cells[0] !== String(expected))
      throw new InputError(
        `${place}: is numbered "${cells[0].slice(0, 60)}" where ${Number.isNaN(expected) ? 1 : expected} follows; correct it`,
      );
    const word = cells[ofWord].startsWith(language) ? cells[ofWord].slice(language.length) : cells[ofWord];
    return { word: word.trim(), tag: cells[ofTag].trim(), place };
  });
}

/** Returns the rows of each sentence, and how they are written. @throws InputError if there are no words with tags */
export function readBlocks(
  path: string,
  name: string,
  { column }: ConllOptions = {},
): { blocks: Block[]; form: Form } {
  const lines = [...readLines(path)];
  const isWord = (line: string) => !isBlank(line) && !isDocumentStart(line) && !line.startsWith('#');
  const certain = lines.filter(isWord);
  if (certain.length === 0) throw new InputError(`${path}: contains no words with tags; give CoNLL columns`);
  const withTabs = certain.filter((line) => line.includes('\t')).length;
  const separator = 2 * withTabs >= certain.length ? '\t' : / +/;
  const isIndented = separator !== '\t' && certain.every((line) => line.startsWith(' '));
  const cellsOf = (line: string) => withoutEnd(isIndented ? line.trimStart() : line).split(separator);
  const columns = mostFrequent(certain.map((line) => cellsOf(line).length));
  if (columns < 2 || columns < (column ?? 0)) {
    const line = lines.findIndex((one) => isWord(one) && cellsOf(one).length === columns) + 1;
    throw new InputError(
      `${path} line ${line}: has ${counted(columns, 'column')}, ${column === undefined ? 'words have their tag in a second one' : `and none of number ${column}`}; give CoNLL columns, between tabs or blanks`,
    );
  }
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
  return { blocks, form: formOf(blocks, columns, column, path) };
}

/** What most sentences without a damaged line have in common. */
function formOf(blocks: readonly Block[], columns: number, column: number | undefined, path: string): Form {
  const whole = blocks.filter(({ rows }) => rows.every(({ cells }) => cells.length === columns));
  const isNumbered = columns > 2 && 2 * whole.filter(countsItsWords).length > whole.length;
  const [ofWord, ofTag] = [isNumbered ? 1 : 0, (column ?? columns) - 1];
  if (ofWord === ofTag)
    throw new InputError(
      `${path}: column ${ofTag + 1} contains the words; choose the column of the tags with --column`,
    );
  const words = whole.flatMap(({ rows }) => rows.map(({ cells }) => cells[ofWord]));
  const prefix = mostFrequent(words.map((word) => /^[a-z]{2,3}:/.exec(word)?.[0] ?? '')) ?? '';
  const isPrefixed = 2 * words.filter((word) => word.startsWith(prefix)).length > words.length;
  return { columns, ofWord, ofTag, isNumbered, language: isPrefixed ? prefix : '' };
}

/** Whether the first column of a sentence counts its words from 1, or from 0. */
function countsItsWords({ rows }: Block): boolean {
  const numbers = rows.map(({ cells }) => cells[0]).filter((cell) => !isMultiword(cell));
  return [0, 1].some((from) => numbers.every((number, index) => number === String(index + from)));
}

/** Rows of CoNLL-U that are no words: `1-2` for words written as one, `1.1` for words that are not written. */
const isMultiword = (number: string) => /^\d+[-.]\d+$/.test(number);

/** The earliest of equals. */
function mostFrequent<T>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), [values[0], 0])[0];
}

/** Removes spaces and tabs at the end; other white space may be a word. */
function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--;
  return line.slice(0, end);
}

const isBlank = (line: string) => line.trim() === '';

/** Also behind a byte order mark, a number or a language prefix, which programs put before each line. */
const isDocumentStart = (line: string) => /^\s*(?:\d+\s+|[a-z]{2,3}:)?-DOCSTART-?(?=\W|$)/i.test(line);

/**
 * Recognizes a comment before a sentence, unless it is an ordinary row: `#` may be a word. CoNLL-U's `# key = value` is always a
 * comment.
 */
function isComment(line: string, cells: readonly string[], columns: number): boolean {
  return line.startsWith('#') && (cells.length !== columns || /^#\s*\S+ = \S/.test(line));
}
