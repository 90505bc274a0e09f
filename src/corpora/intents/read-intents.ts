import { join } from 'node:path';
import { describeJson, InputError, type LabelledText, readJsonObject } from '../../foundation';
import { INTENTS } from './names';

export const PARTS = ['train', 'dev', 'test'] as const;

export interface IntentParts {
  train: LabelledText[];
  dev: LabelledText[];
  test: LabelledText[];
  /** One message per query that was left out. */
  skipped: string[];
}

/** The lists of each part; those of out-of-scope queries stand apart. The training ones come from the file of `plus`. */
const LISTS = [
  { part: 'train', file: 'data_full.json', list: 'train' },
  { part: 'train', file: 'data_oos_plus.json', list: 'oos_train' },
  { part: 'dev', file: 'data_full.json', list: 'val' },
  { part: 'dev', file: 'data_full.json', list: 'oos_val' },
  { part: 'test', file: 'data_full.json', list: 'test' },
  { part: 'test', file: 'data_full.json', list: 'oos_test' },
] as const;

const LARGEST_FILE = 256 * 2 ** 20;
const KNOWN: ReadonlySet<unknown> = new Set(INTENTS);

/**
 * Reads the two files of CLINC150 in a folder: lists of `[query, intent]`. Queries without a word are skipped and named.
 *
 * @throws InputError, with file, list and row, for anything else that is not a query with one of the 151 intents
 */
export function readIntents(folder: string): IntentParts {
  const files = new Map<string, Record<string, unknown>>();
  const parts: IntentParts = { train: [], dev: [], test: [], skipped: [] };
  for (const { part, file, list } of LISTS) {
    const path = join(folder, file);
    if (!files.has(file))
      files.set(
        file,
        readJsonObject(path, 'a file of CLINC150', LARGEST_FILE, 'restore it from the published set'),
      );
    const rows = files.get(file)![list];
    if (!Array.isArray(rows))
      throw new InputError(`${path}: has no list "${list}"; restore it from the published set`);
    rows.forEach((row: unknown, index) => {
      const place = `${path}, "${list}" row ${index + 1}`;
      const query = queryOf(row, place);
      if (query.text.trim() === '') parts.skipped.push(`${place}: the query is empty`);
      else parts[part].push(query);
    });
  }
  for (const part of PARTS)
    if (parts[part].length === 0)
      throw new InputError(
        `${folder}: the ${part} part has no query; restore the files from the published set`,
      );
  return parts;
}

function queryOf(row: unknown, place: string): LabelledText {
  const [text, intent, ...rest] = Array.isArray(row) ? (row as unknown[]) : [];
  if (typeof text !== 'string' || intent === undefined || rest.length > 0)
    throw new InputError(
      `${place}: is not a pair of query and intent, such as ["roll a die", "roll_dice"]; mend the row`,
    );
  if (!KNOWN.has(intent))
    throw new InputError(
      `${place}: ${describeJson(intent)} is not one of CLINC150's ${INTENTS.length} intents; correct the name, or train on your own labels with \`falconframes train\``,
    );
  return { text, labels: [intent as string], several: false };
}
