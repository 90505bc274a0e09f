import { InputError } from './errors';
import { readRegularFile } from './files';

/** Characters. A shorter text is parsed without a check: it cannot cost much. */
const SMALL = 1_000_000;
const DEEPEST = 1000;
const MOST_VALUES = 10_000_000;

/**
 * `JSON.parse` for foreign texts. One that would fill the memory, with brackets and commas alone for example, is refused first.
 *
 * @param mostItems how many items or fields its outermost list or object may have, where it has more than a few characters
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

/** The place of the quote that ends the string beginning at `start`; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/**
 * A JSON object from a file that someone else may have made; the parameters are those of `readRegularFile`.
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

/** Whether a value of `JSON.parse` is an object, and no list. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a JSON object; none of anything else, so that what is missing is found where it is looked for. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}

const LONGEST_SHOWN = 60;

/** A JSON value of any size and depth in a few words, for a message. */
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
