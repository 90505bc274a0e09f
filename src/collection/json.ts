import { Unobtainable } from './unobtainable';

/** Beyond this, reading takes memory without end. */
const DEEPEST = 200_000;

/** An answer as JSON. @param what names it in the error */
export function parsedJson(body: string, what: string): unknown {
  if (isDeeper(body, DEEPEST)) throw new Unobtainable(`the ${what} are nested too deeply`, 'never');
  try {
    return JSON.parse(body);
  } catch {
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

/** Linear in the length; brackets within strings do not count. */
function isDeeper(json: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > most) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x22: // "
        at = endOfString(json, at);
    }
  }
  return false;
}

function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
  return json.length;
}
