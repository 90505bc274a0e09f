import { parseJson } from '../foundation';
import { Unobtainable } from './unobtainable';

/** An answer as JSON. @param what names it in the error */
export function parsedJson(body: string, what: string): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    // What `parseJson` refuses because it would cost too much.
    const { message } = error as Error;
    if (/^nested more|^more than \d+ values$/.test(message))
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
