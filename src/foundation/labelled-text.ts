import { InputError } from './errors';
import { describeJson, isJsonObject, parseJson } from './json';
import { LineWriter } from './line-writer';
import { readLines } from './lines';
import { isLabel } from './sentence';
import { parseTable, type TableRow } from './table-file';

/**
 * A text labelled as a whole, one line of a JSONL file: `{"text","label"}` has exactly one label, `{"text","labels"}` any number,
 * including none.
 */
export interface LabelledText {
  text: string;
  /** Without duplicates; exactly one unless `several`. */
  labels: string[];
  /** Whether a text may have several labels; the same for all lines of a file. */
  several: boolean;
}

/** UTF-16 code units. */
const LONGEST_TEXT = 1_000_000;
const LONGEST_LABEL = 200;

/** Separates the labels in a cell. */
const BETWEEN_LABELS = '|';

/**
 * Parses one JSONL line.
 *
 * @param place file and line, at the start of error messages
 */
export function parseLabelledText(line: string, place: string): LabelledText {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one object with "text" and "label" per line`,
    );
  }
  if (!isJsonObject(value))
    throw new InputError(`${place}: a labelled text is a JSON object; found something else`);
  const { text, label, labels, spans } = value;
  if (spans !== undefined)
    throw new InputError(
      `${place}: has "spans": this is a sentence with mentions, not a labelled text; the file mixes two tasks, so put each kind in a separate file`,
    );
  if (label !== undefined && labels !== undefined)
    throw new InputError(`${place}: has both "label" and "labels"; keep one of them`);
  if (labels !== undefined && !Array.isArray(labels))
    throw new InputError(`${place}: "labels" must be a list; give [] to a text without a label`);
  if (label === undefined && labels === undefined)
    throw new InputError(`${place}: "label" is missing; give the label of the text, or a list "labels"`);
  return checked(text, labels ?? [label], labels !== undefined, place);
}

function checked(text: unknown, labels: unknown[], several: boolean, place: string): LabelledText {
  if (text === undefined) throw new InputError(`${place}: "text" is missing; give the text`);
  if (typeof text !== 'string' || text.trim() === '')
    throw new InputError(`${place}: "text" is empty; leave such lines out`);
  if (text.length > LONGEST_TEXT)
    throw new InputError(
      `${place}: the text has ${text.length} characters, at most ${LONGEST_TEXT} are read; shorten it`,
    );
  for (const label of labels) {
    if (label === '' || label === null) throw new InputError(`${place}: the label is empty; give it a name`);
    if (!isLabel(label))
      throw new InputError(
        `${place}: has the label ${describeJson(label)}; give it a name of at most ${LONGEST_LABEL} characters, without blanks around it`,
      );
  }
  return { text, labels: [...new Set(labels as string[])], several };
}

/** The columns of a table that contain the text and its labels. `label` names a column with one label per text. */
export interface TextColumns {
  text?: string;
  label?: string;
}

/**
 * Reads all labelled texts of a file: JSONL, or CSV or TSV whose header has the columns `text` and `label`, or `text` and `labels`
 * (separated by `|`). UTF-8, UTF-16, or either gzipped; empty lines are skipped.
 *
 * @throws InputError, with file and line, for a malformed text, a file with both kinds of line, or an empty file
 */
export function readLabelledTexts(path: string): LabelledText[] {
  const lines = [...readLines(path)];
  const first = lines.find((line) => line.trim() !== '');
  if (first === undefined) throw new InputError(`${path}: is empty; give texts with labels`);
  const texts = /^\s*[{[]/.test(first)
    ? lines.flatMap((line, index) => {
        if (line.trim() === '') return [];
        const place = `${path} line ${index + 1}`;
        return [{ place, ...parseLabelledText(line, place) }];
      })
    : [...tableTexts(lines.join('\n'), path)];
  const other = texts.find(({ several }) => several !== texts[0].several);
  if (other)
    throw new InputError(
      `${other.place}: has ${keyOf(other)} where ${texts[0].place} has ${keyOf(texts[0])}; use one of the two in all lines of a file`,
    );
  if (texts.length === 0) throw new InputError(`${path}: has a header and no texts; give texts with labels`);
  return texts.map(({ place, ...text }) => text);
}

const keyOf = ({ several }: LabelledText) => (several ? '"labels"' : '"label"');

/**
 * Yields the labelled texts of a table, each with its place.
 *
 * @param onSkip called for each unusable row; by default the first one throws
 * @throws InputError listing the columns found, if one is missing from the header
 */
export function* tableTexts(
  content: string,
  path: string,
  { text = 'text', label }: TextColumns = {},
  onSkip: (reason: InputError) => void = rethrow,
): Generator<LabelledText & { place: string }> {
  const { columns, rows } = parseTable(content, path);
  const columnOf = (name: string) => columns.indexOf(name);
  const ofText = columnOf(text);
  const ofLabel = columnOf(label ?? 'label');
  const ofLabels = label === undefined ? columnOf('labels') : -1;
  const missing = [
    ...(ofText < 0 ? [`"${text}"`] : []),
    ...(ofLabel < 0 && ofLabels < 0 ? [label === undefined ? '"label" or "labels"' : `"${label}"`] : []),
  ];
  if (missing.length > 0)
    throw new InputError(
      `${path} line 1: the table has no column ${missing.join(' and none ')}; its columns are ${describeColumns(columns)}; rename one, or name the columns to read`,
    );
  if (ofLabel >= 0 && ofLabels >= 0)
    throw new InputError(`${path} line 1: has the columns "label" and "labels"; keep one of them`);
  const read = ({ cells, line }: TableRow) => {
    const place = `${path} line ${line}`;
    const labels = ofLabel >= 0 ? [cells[ofLabel].trim()] : splitLabels(cells[ofLabels]);
    return { place, ...checked(cells[ofText], labels, ofLabel < 0, place) };
  };
  for (const row of rows) {
    let found: ReturnType<typeof read> | undefined;
    try {
      found = read(row);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkip(error);
    }
    if (found) yield found;
  }
}

function rethrow(reason: InputError): never {
  throw reason;
}

function splitLabels(cell: string): string[] {
  return cell.trim() === '' ? [] : cell.split(BETWEEN_LABELS).map((label) => label.trim());
}

const MOST_SHOWN = 20;

function describeColumns(columns: readonly string[]): string {
  const shown = columns.slice(0, MOST_SHOWN).map((name) => describeJson(name));
  return `${shown.join(', ')}${columns.length > MOST_SHOWN ? ` and ${columns.length - MOST_SHOWN} more` : ''}`;
}

/** Formats one line of JSONL. */
export function labelledTextLine({ text, labels, several }: LabelledText): string {
  return JSON.stringify(several ? { text, labels } : { text, label: labels[0] });
}

export function writeLabelledTexts(path: string, texts: readonly LabelledText[]): void {
  const writer = new LineWriter(path);
  for (const text of texts) writer.write(labelledTextLine(text));
  writer.finish();
}
