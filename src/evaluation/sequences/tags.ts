/**
 * What a tag says: a prefix (where in a mention the token stands) and a label (of which class the mention is).
 * Prefixes become small numbers, so that rules about neighbours are tables.
 */
import { InputError } from '../../foundation';

/** `.` is kept apart because conlleval treats it like `O`; every other character is `OTHER`. */
const PREFIXES = 'OBIESLU.';
const OTHER = PREFIXES.length;
export const PREFIX_COUNT = OTHER + 1;
export const OUTSIDE = PREFIXES.indexOf('O');

export function prefixCode(character: string): number {
  const code = PREFIXES.indexOf(character);
  return code < 0 || character === '' ? OTHER : code;
}

/** The label of tags that name none, such as `B` or `O`. */
const NO_LABEL = '_';

export interface TagReadingOptions {
  mode: SequenceMode;
  /** The tag's prefix stands at its end, `Cell-B`. */
  suffix: boolean;
}

/** `default` is what conlleval does with any tags, right or wrong; `strict` takes mentions that the scheme allows, whole. */
export type SequenceMode = 'default' | 'strict';

/** Numbers for labels, in the order of their appearance; gold and prediction share one. */
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

/** A tag as one number, `label * PREFIX_COUNT + prefix`; each different tag is taken apart once. */
export function createTagReader(
  labels: LabelNumbers,
  { mode, suffix }: TagReadingOptions,
): (tag: string) => number {
  const known = new Map<string, number>();
  return (tag) => {
    let code = known.get(tag);
    if (code === undefined) {
      if (tag === '') throw new InputError('there is an empty tag; write O where nothing is marked');
      const { prefix, rest } = takeApart(tag, suffix);
      const label = mode === 'strict' ? rest.replace(/^-+|(?<!-)-+$/g, '') : afterDash(rest, suffix);
      code = labels.numberOf(label || NO_LABEL) * PREFIX_COUNT + prefixCode(prefix);
      known.set(tag, code);
    }
    return code;
  };
}

/** The prefix is one character, which may be two UTF-16 code units. */
export function takeApart(tag: string, suffix: boolean): { prefix: string; rest: string } {
  const characters = Array.from(tag);
  const prefix = (suffix ? characters.at(-1) : characters[0]) ?? '';
  return {
    prefix,
    rest: suffix ? tag.slice(0, tag.length - prefix.length) : tag.slice(prefix.length),
  };
}

/** What follows the first dash (with `suffix`: comes before the last), or everything where there is none. */
function afterDash(rest: string, suffix: boolean): string {
  const dash = suffix ? rest.lastIndexOf('-') : rest.indexOf('-');
  if (dash < 0) return rest;
  return suffix ? rest.slice(0, dash) : rest.slice(dash + 1);
}
