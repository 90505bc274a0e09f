import { parseJson } from '../foundation';
import { Unobtainable } from './unobtainable';

/** An answer as JSON. @param what names it in the error @param mostItems see `parseJson` */
export function parsedJson(body: string, what: string, mostItems?: number): unknown {
  try {
    return parseJson(body, mostItems);
  } catch (error) {
    // What `parseJson` refuses because it would cost too much.
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

/** A short text or a number as text; undefined for anything else, objects with a `toString` included. */
export function idOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= 100 ? text : undefined;
}
