/**
 * A tag consists of a prefix (the token's position in the mention) and a label (the mention's class). Prefixes are encoded as small
 * numbers, so that rules about neighbours are lookup tables.
 */
import { InputError } from '../../foundation';

/** `.` is separate because conlleval treats it like `O`; every other character is `OTHER`. */
const PREFIXES = 'OBIESLU.';
const OTHER = PREFIXES.length;
export const PREFIX_COUNT = OTHER + 1;
export const OUTSIDE = PREFIXES.indexOf('O');

export function prefixCode(character: string): number {
  const code = PREFIXES.indexOf(character);
  return code < 0 || character === '' ? OTHER : code;
}

/** The label of tags without one, such as `B` or `O`. */
const NO_LABEL = '_';

export interface TagReadingOptions {
  mode: SequenceMode;
  /** The tag's prefix is at its end, `Cell-B`. */
  suffix: boolean;
}

/** `default` reads any tags, valid or not, as conlleval does; `strict` reads only complete mentions valid in the scheme. */
export type SequenceMode = 'default' | 'strict';

/** Numbers labels in order of appearance; shared by gold and predictions. */
export class LabelNumbers {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(label: string): number {
    let number = this.#numbers.get(label);
    if (number === undefined) {
      number = this.names.length;
      this.names.push(label);
      this.#numbers.set(label, number);
    }
    return number;
  }
}

/** Encodes a tag as one number, `label * PREFIX_COUNT + prefix`; each distinct tag is parsed once. */
export function createTagReader(
  labels: LabelNumbers,
  { mode, suffix }: TagReadingOptions,
): (tag: string) => number {
  const known = new Map<string, number>();
  return (tag) => {
    let code = known.get(tag);
    if (code === undefined) {
      if (tag === '') throw new InputError('there is an empty tag; write O outside of mentions');
      const { prefix, rest } = takeApart(tag, suffix);
      const label = mode === 'strict' ? rest.replace(/^-+|(?<!-)-+$/g, '') : afterDash(rest, suffix);
      code = labels.numberOf(label || NO_LABEL) * PREFIX_COUNT + prefixCode(prefix);
      known.set(tag, code);
    }
    return code;
  };
}

/** Returns the prefix: one character, which may be two UTF-16 code units. */
export function takeApart(tag: string, suffix: boolean): { prefix: string; rest: string } {
  const characters = Array.from(tag);
  const prefix = (suffix ? characters.at(-1) : characters[0]) ?? '';
  return {
    prefix,
    rest: suffix ? tag.slice(0, tag.length - prefix.length) : tag.slice(prefix.length),
  };
}

/** Returns what follows the first dash (with `suffix`: what precedes the last), or everything if there is none. */
function afterDash(rest: string, suffix: boolean): string {
  const dash = suffix ? rest.lastIndexOf('-') : rest.indexOf('-');
  if (dash < 0) return rest;
  return suffix ? rest.slice(0, dash) : rest.slice(dash + 1);
}
