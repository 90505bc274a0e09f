import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { InputError } from '../foundation';
import { articleText, jatsToParagraphs } from '../preprocessing';

/** A text to annotate. `id` comes back with its entities. */
export interface Document {
  id: string;
  text: string;
}

export type DocumentFormat = 'text' | 'jats' | 'jsonl';

const FORMAT_OF_EXTENSION: Record<string, DocumentFormat | undefined> = {
  '.xml': 'jats',
  '.nxml': 'jats',
  '.jsonl': 'jsonl',
};

/**
 * The documents of a file, one at a time: a JSONL file has one `{"id", "text"}` a line, a JATS article is one text (its
 * paragraphs with an empty line between them), and any other file is a text as it stands. The extension tells which.
 *
 * Throws InputError, naming file and line, for what cannot be read.
 */
export async function* readDocuments(path: string): AsyncGenerator<Document> {
  const extension = extname(path).toLowerCase();
  const format = FORMAT_OF_EXTENSION[extension] ?? 'text';
  try {
    if (format === 'jsonl') yield* documentsOfLines(createReadStream(path, 'utf8'), path);
    else {
      const id = basename(path, extname(path));
      yield documentOf(format, await readFile(path, 'utf8'), id, path);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw code ? new InputError(`${path}: cannot be read (${code}); check the path`) : new Error(message);
  }
}

/** The documents of standard input; its first characters tell the format unless `format` does. */
export async function* readStandardInput(
  input: AsyncIterable<string>,
  format?: DocumentFormat,
): AsyncGenerator<Document> {
  const place = 'standard input';
  const iterator = input[Symbol.asyncIterator]();
  let head = '';
  while (head.trimStart().length < LONGEST_OPENING) {
    const { value, done } = await iterator.next();
    if (done) break;
    head += value;
  }
  const chunks = (async function* () {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  const found = format ?? formatOf(head);
  if (found === 'jsonl') yield* documentsOfLines(chunks, place);
  else {
    let content = '';
    for await (const chunk of chunks) content += chunk;
    yield documentOf(found, content, '-', place);
  }
}

const LONGEST_OPENING = '<!DOCTYPE'.length;

function formatOf(head: string): DocumentFormat {
  const opening = head.replace(/^\ufeff/, '').trimStart();
  if (opening.startsWith('{')) return 'jsonl';
  return /^<(\?xml|!DOCTYPE|!--|article)/.test(opening) ? 'jats' : 'text';
}

function documentOf(format: DocumentFormat, content: string, id: string, place: string): Document {
  if (content.trim() === '') throw new InputError(`${place}: is empty; give a text to annotate`);
  return { id, text: format === 'jats' ? articleText(jatsToParagraphs(content, place)) : content };
}

async function* documentsOfLines(chunks: AsyncIterable<string>, place: string): AsyncGenerator<Document> {
  let number = 0;
  let documents = 0;
  for await (const line of linesOf(chunks)) {
    number++;
    if (line.trim() === '') continue;
    documents++;
    yield parseDocument(number === 1 ? line.replace(/^\ufeff/, '') : line, `${place} line ${number}`);
  }
  if (documents === 0) throw new InputError(`${place}: is empty; give one {"id", "text"} a line`);
}

/** Lines end at a line feed alone: texts may hold the other characters that Unicode calls line ends. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first, ...others] = chunk.split('\n');
    parts.push(first);
    for (const other of others) {
      yield parts.join('');
      parts = [other];
    }
  }
  const last = parts.join('');
  if (last) yield last;
}

function parseDocument(line: string, place: string): Document {
  let value: Partial<Document> | null;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one {"id", "text"} a line`,
    );
  }
  const { id, text } = typeof value === 'object' && value !== null ? value : {};
  if (typeof id !== 'string' || typeof text !== 'string') {
    throw new InputError(`${place}: "id" and "text" must both be strings; write one {"id", "text"} a line`);
  }
  return { id, text };
}
