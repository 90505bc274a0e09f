import {
  formatCsv,
  InputError,
  type LabelledText,
  parseTable,
  readTextFile,
  writeFileAtomically,
} from '../../foundation';
import type { Ontology } from './ontology';

/** One row of the table of definitions; the keys are its columns, in this order. */
export type DefinitionRow = {
  go_id: string;
  name: string;
  /** The namespace: biological_process, cellular_component or molecular_function. */
  aspect: string;
  definition: string;
  /** Runs of letters, digits and underscores, as Python's `\w+` counts them. */
  def_word_count: number;
};

/** A definition as a text to classify, under the id of its term. */
export interface DefinitionText extends LabelledText {
  id: string;
}

/**
 * Returns the terms that have a definition, as rows of a table in the order of the ontology.
 *
 * @throws InputError if no term has a definition, or one with a definition has no namespace
 * @example
 * ```ts
 * definitionTexts(readOntology('go-basic.obo'))[2];
 * // { go_id: 'GO:0000003', name: 'reproduction', aspect: 'biological_process',
 * //   definition: 'The production of new individuals that contain some portion of …', def_word_count: 18 }
 * ```
 */
export function definitionTexts({ file, terms }: Pick<Ontology, 'file' | 'terms'>): DefinitionRow[] {
  const rows = terms.flatMap(({ id, name, namespace, definition }): DefinitionRow[] => {
    if (definition === null) return [];
    if (namespace === '')
      throw new InputError(
        `${file}: ${id} has a definition but no namespace, and the file no default-namespace; add one to its header`,
      );
    return [{ go_id: id, name, aspect: namespace, definition, def_word_count: countWords(definition) }];
  });
  if (rows.length === 0)
    throw new InputError(
      `${file}: none of the ${terms.length} terms has a definition, so there is no text to classify; give a release with "def:" lines`,
    );
  return rows;
}

const countWords = (text: string): number => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;

/** Returns each definition with its aspect as the label. */
export function labelledDefinitions(rows: readonly DefinitionRow[]): DefinitionText[] {
  return rows.map(({ go_id, aspect, definition }) => ({
    id: go_id,
    text: definition,
    labels: [aspect],
    several: false,
  }));
}

const COLUMNS = [
  'go_id',
  'name',
  'aspect',
  'definition',
  'def_word_count',
] as const satisfies readonly (keyof DefinitionRow)[];

/** Writes the table as CSV (RFC 4180) with a header and without an index; `readDefinitions` gives the same rows back. */
export function writeDefinitions(path: string, rows: readonly DefinitionRow[]): void {
  writeFileAtomically(path, formatCsv([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]));
}

/**
 * Reads a table written by `writeDefinitions`.
 *
 * @throws InputError, with file and line, for a missing column, malformed CSV or a count that is not a number
 */
export function readDefinitions(path: string): DefinitionRow[] {
  const { columns, rows } = parseTable(readTextFile(path), path);
  const places = COLUMNS.map((column) => columns.indexOf(column));
  const missing = COLUMNS.filter((_, index) => places[index] < 0);
  if (missing.length > 0)
    throw new InputError(
      `${path} line 1: the table has no column ${missing.join(', ')}; it needs ${COLUMNS.join(', ')}`,
    );
  return rows.map(({ cells, line }) => {
    const [go_id, name, aspect, definition, count] = places.map((place) => cells[place]);
    if (!/^\d+\r?$/.test(count))
      throw new InputError(`${path} line ${line}: def_word_count is "${count}"; write a whole number`);
    return { go_id, name, aspect, definition, def_word_count: Number(count) };
  });
}
