import { parse } from 'csv-parse/sync';
import { InputError } from '../foundation';
import type { Mention } from './document';
import { checkedPieces, fromCodePoints } from './offsets';

/** A row of the CAPITAL table: a sentence of an article with its mentions. */
export interface CapitalRow {
  article: string;
  text: string;
  mentions: Mention[];
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

const TUPLE = /\((\d+), (\d+), (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"), '(\w+)'\)(?:, )?/y;

/**
 * Parses CAPITAL's `pmcid,sentence,ner`: a CSV whose last column is a Python list of `(start, end, 'text', 'tag')`, offsets in code
 * points of the sentence. `file` starts error messages.
 */
export function parseCapital(content: string, file: string): CapitalRow[] {
  let records: CsvRecord[];
  try {
    records = parse(content, { info: true }) as unknown as CsvRecord[];
  } catch (error) {
    const { lines, message } = error as Error & { lines?: number };
    throw new InputError(`${file} line ${lines ?? 1}: malformed CSV (${message}); restore the file`);
  }
  if (records.shift()?.record.join() !== 'pmcid,sentence,ner') {
    throw new InputError(`${file} line 1: the columns must be pmcid, sentence and ner`);
  }
  return records.map(({ record: [article, text, list], info }) => {
    const place = `${file} line ${info.lines}`;
    return { article, text, mentions: parseTuples(list, text, place) };
  });
}

function parseTuples(list: string, text: string, place: string): Mention[] {
  const toUnits = fromCodePoints(text);
  const mentions: Mention[] = [];
  TUPLE.lastIndex = 1;
  while (list.startsWith('[') && TUPLE.lastIndex < list.length - 1) {
    const tuple = TUPLE.exec(list);
    if (!tuple) break;
    const [, start, end, single, double, tag] = tuple;
    const surface = (single ?? double).replace(/\\(.)/g, '$1');
    const pieces = [{ start: toUnits(Number(start)), end: toUnits(Number(end)) }];
    checkedPieces(text, pieces, { surface, glue: ' ', place: () => place });
    mentions.push({ pieces, label: tag, concept: surface });
    if (TUPLE.lastIndex === list.length - 1 && list.endsWith(']')) return mentions;
  }
  if (list === '[]') return [];
  throw new InputError(
    `${place}: the last column is not a list of (start, end, 'text', 'tag'): ${JSON.stringify(list.slice(0, 60))}; restore the file`,
  );
}
