import { InputError } from './errors';
import { readRegularFile } from './files';

/** Characters. Shorter texts are parsed without a check: they are cheap. */
const SMALL = 1_000_000;
const DEEPEST = 1000;
const MOST_VALUES = 10_000_000;

/**
 * `JSON.parse` for untrusted texts. Rejects a text that would exhaust memory, such as one made only of brackets and commas.
 *
 * @param mostItems maximum number of items or fields of the outermost list or object, checked only for longer texts
 * @throws SyntaxError
 */
export function parseJson(text: string, mostItems = Number.POSITIVE_INFINITY): unknown {
  if (text.length > SMALL) checkCost(text, mostItems);
  return JSON.parse(text);
}

function checkCost(text: string, mostItems: number): void {
  let depth = 0;
  let values = 0;
  let items = 1;
  for (let place = 0; place < text.length; place++) {
    switch (text.charCodeAt(place)) {
      case 0x22: // "
        place = endOfString(text, place);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEEPEST) throw new SyntaxError(`nested more than ${DEEPEST} levels deep`);
        values++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
        values++;
        if (depth === 1 && ++items > mostItems) throw new SyntaxError(`more than ${mostItems} items`);
    }
    if (values > MOST_VALUES) throw new SyntaxError(`more than ${MOST_VALUES} values`);
  }
}

/** Returns the position of the quote that ends the string starting at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/**
 * Reads a JSON object from an untrusted file; parameters as for `readRegularFile`.
 *
 * @throws InputError for a file that cannot be read or is not a JSON object
 */
export function readJsonObject(
  path: string,
  what: string,
  largest: number,
  mend = 'restore the file',
): Record<string, unknown> {
  const content = readRegularFile(path, what, largest, mend);
  let value: unknown;
  try {
    value = parseJson(content.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); ${mend}`);
  }
  if (!isJsonObject(value))
    throw new InputError(`${path}: holds ${describeJson(value)}, ${what} is a JSON object; ${mend}`);
  return value;
}

/** Returns whether a parsed JSON value is an object, not a list. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the fields of a JSON object, or none for any other value, so that missing fields are reported where they are read. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}

const LONGEST_SHOWN = 60;

/** Describes a JSON value of any size and depth in a few words, for messages. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(clip(value));
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) return 'an object';
  const isPlain = value.length <= 8 && value.every((item) => typeof item !== 'object' || item === null);
  return isPlain ? clip(JSON.stringify(value)) : 'a list';
}

const clip = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
