import { parseJson } from '../foundation';
import { Unobtainable } from './unobtainable';

/** Parses a response as JSON. @param what its name in errors @param mostItems see `parseJson` */
export function parsedJson(body: string, what: string, mostItems?: number): unknown {
  try {
    return parseJson(body, mostItems);
  } catch (error) {
    // Inputs that `parseJson` refuses because of their cost.
    const { message } = error as Error;
    if (/^nested more|^more than \d+ (?:values|items)$/.test(message))
      throw new Unobtainable(`the ${what} are ${message.replace(/^more/, 'of more')}`, 'never');
    const [, sign] = /^\s*([<[{]?)/.exec(body) ?? [];
    if (sign === '<') throw new Unobtainable(`the ${what} are not JSON but an HTML page`, 'when trusted');
    throw sign
      ? new Unobtainable(`the ${what} break off or are not JSON`, 'when trusted')
      : new Unobtainable(`the ${what} are not JSON`, 'thrice');
  }
}

/** Returns a short text or a number as text; undefined for anything else, including objects with a `toString`. */
export function idOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= 100 ? text : undefined;
}
