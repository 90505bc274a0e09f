import { InputError } from '../foundation';
import type { Mention } from './document';
import { checkedPieces, fromCodePoints, inFirstReading } from './offsets';
import { type OnSkip, rethrow } from './plain-documents';

/** One article of a PubTator file. `text` is title, line break, abstract, as counted by the offsets of the format. */
export interface PubTatorArticle {
  id: string;
  text: string;
  mentions: Mention[];
}

type LeftOut = 'relations' | 'identifiers';

export interface PubTatorListeners {
  /** Called for each unusable article; by default the first throws. */
  onSkip?: OnSkip;
  /** Called for each item that is not read. */
  onLeftOut?: (kind: LeftOut) => void;
}

/**
 * Parses PubTator: `ID|t|title`, `ID|a|abstract`, then tab-separated `ID start end text type [identifier]`, offsets in code points;
 * an empty line ends an article. The type of a mention is its label. Identifiers and relations (`ID type first second`) are not
 * read. `file` starts error messages.
 */
export function parsePubTator(
  content: string,
  file: string,
  { onSkip = rethrow, onLeftOut = () => {} }: PubTatorListeners = {},
): PubTatorArticle[] {
  const articles: PubTatorArticle[] = [];
  const ids = new Set<string>();
  for (const block of blocksOf(content)) {
    try {
      const { leftOut, ...article } = parseArticle(block, file);
      if (ids.has(article.id))
        throw new InputError(`${file} line ${block[0].number}: article ${article.id} appears twice`);
      ids.add(article.id);
      articles.push(article);
      leftOut.forEach(onLeftOut);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkip(error);
    }
  }
  return articles;
}

interface NumberedLine {
  line: string;
  number: number;
}

/** Yields the lines of each article, which ends at an empty line or at the next title. */
function* blocksOf(content: string): Generator<NumberedLine[]> {
  let block: NumberedLine[] = [];
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const isTitle = /^[^|\t]+\|t\|/.test(line);
    if (block.length > 0 && (isTitle || line.trim() === '')) {
      yield block;
      block = [];
    }
    if (line.trim() !== '') block.push({ line, number: index + 1 });
  }
  if (block.length > 0) yield block;
}

function parseArticle(
  [first, second, ...rest]: NumberedLine[],
  file: string,
): PubTatorArticle & { leftOut: LeftOut[] } {
  const fail: (number: number, what: string) => never = (number, what) => {
    throw new InputError(`${file} line ${number}: ${what}`);
  };
  const notPubTator: (at: NumberedLine) => never = ({ line, number }) =>
    fail(
      number,
      `not a line of PubTator (${JSON.stringify(line.slice(0, 60))}); write id, start, end, text and type between tabs`,
    );
  const [, id, title] = /^([^|\t]+)\|t\|(.*)$/.exec(first.line) ?? [];
  if (id === undefined) {
    const fields = first.line.split('\t');
    if (!isAnnotation(fields)) notPubTator(first);
    fail(first.number, `an annotation of ${fields[0]} is outside that article; move it under its abstract`);
  }
  if (!second?.line.startsWith(`${id}|a|`))
    fail(
      second?.number ?? first.number,
      `the abstract of ${id} is missing; write "${id}|a|" after its title, or restore the file if it is cut off`,
    );
  const rows: AnnotationRow[] = [];
  const leftOut: LeftOut[] = [];
  for (const at of rest) {
    const fields = at.line.split('\t');
    const [of, start, end, surface, type, identifier] = fields;
    if (of !== id && isAnnotation(fields))
      fail(at.number, `an annotation of ${of} is outside that article; move it under its abstract`);
    if (of === id && fields.length >= 4 && !/^\d*$/.test(start)) {
      leftOut.push('relations');
      continue;
    }
    if (!isAnnotation(fields)) notPubTator(at);
    const place = `${file} line ${at.number}`;
    rows.push({ start: Number(start), end: Number(end), surface, label: type, place });
    if (identifier) leftOut.push('identifiers');
  }
  const abstract = second.line.slice(id.length + 3);
  // Some writers end the title with a space, which is then the one character between the two.
  const readings = [`${title}\n${abstract}`, `${title.trimEnd()}\n${abstract}`];
  const read = (text: string) => ({ id, text, mentions: mentionsOf(text, rows), leftOut });
  return inFirstReading(readings, read);
}

/** Offsets in code points. */
interface AnnotationRow {
  start: number;
  end: number;
  surface: string;
  label: string;
  place: string;
}

function mentionsOf(text: string, rows: readonly AnnotationRow[]): Mention[] {
  const toUnits = fromCodePoints(text);
  return rows.map(({ start, end, surface, label, place }) => {
    const pieces = [{ start: toUnits(start), end: toUnits(end) }];
    return { pieces: checkedPieces(text, pieces, { surface, glue: ' ', place: () => place }), label };
  });
}

function isAnnotation([, start, end, , type]: string[]): boolean {
  return type !== undefined && type !== '' && /^\d+$/.test(start) && /^\d+$/.test(end);
}
