import { parseJson } from '../foundation';
import { Unobtainable } from './unobtainable';

/** An answer as JSON. @param what names it in the error @param mostItems see `parseJson` */
export function parsedJson(body: string, what: string, mostItems?: number): unknown {
  try {
    return parseJson(body, mostItems);
  } catch (error) {
    // What `parseJson` refuses because of what it would cost.
    const { message } = error as Error;
    if (/^nested more|^more than \d+ (?:values|items)$/.test(message))
      throw new Unobtainable(`the ${what} are ${message.replace(/^more/, 'of more')}`, 'never');
    const [, sign] = /^\s*([<[{]?)/.exec(body) ?? [];
    if (sign === '<') throw new Unobtainable(`the ${what} are no JSON but an HTML page`, 'when trusted');
    throw sign
      ? new Unobtainable(`the ${what} break off or are no JSON`, 'when trusted')
      : new Unobtainable(`the ${what} are no JSON`, 'thrice');
  }
}

/** The fields of an object; of anything else none, so that what is missing is found where it is looked for. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A short text or a number as text; undefined for what is no id, and for objects, whose `toString` may be theirs. */
export function idOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= 100 ? text : undefined;
}
