import type { Annotation } from '../collection';
import { decodeReferences } from '../foundation';
import { normalizeText } from './normalization';

/** One way to understand what an annotation says of its place; all three parts are normalized. */
export interface Reading {
  /** Without white space at its ends; never empty. */
  mention: string;
  prefix: string;
  postfix: string;
}

/**
 * The ways to read an annotation, the likeliest first. None for an empty mention.
 *
 * Character references and tags stand for what they mean, if need be twice, and only then for themselves. And a provider
 * that strips the blanks at the ends of the context lets the postfix begin with the last word of a mention of several
 * ("pancreatic cancer", "cancer was 8-plex"): read so, the postfix begins behind that word.
 *
 * @param isStripped whether the provider is one of those
 */
export function* readingsOf(annotation: Annotation, isStripped: boolean): Generator<Reading> {
  const { exact, prefix, postfix } = annotation;
  for (const [own, before, after] of decodings(exact, prefix ?? '', postfix ?? '')) {
    const whole = normalizeText(own).text;
    const mention = whole.trim();
    if (mention === '') continue;
    // White space at the ends of `exact` belongs to the context.
    const leading = whole.startsWith(' ') ? ' ' : '';
    const trailing = whole.endsWith(' ') ? ' ' : '';
    const reading = {
      mention,
      prefix: normalizeText(before + leading).text,
      postfix: normalizeText(trailing + after).text,
    };
    const repeating = withoutRepetition(reading);
    if (repeating && isStripped) yield repeating;
    yield reading;
    if (repeating && !isStripped) yield repeating;
  }
}

type Parts = [exact: string, prefix: string, postfix: string];

function* decodings(...raw: Parts): Generator<Parts> {
  if (raw.some((part) => MARKED.test(part))) {
    const once = raw.map(decode) as Parts;
    yield once;
    if (once.some((part) => MARKED.test(part))) yield once.map(decode) as Parts;
  }
  yield raw;
}

const MARKED = /&#?\w{1,31};|<\/?[a-zA-Z]/;
/** Tags as they are in XML and HTML; "n<b and c>d" has none. */
const TAG = /<\/?[a-zA-Z][\w:.-]{0,40}(?:\s+[\w:.-]{1,40}\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*\/?>/g;

function decode(text: string): string {
  return decodeReferences(text.replace(TAG, ''));
}

const LONGEST_REPETITION = 200;

/** The reading with the last words of the mention left out of the postfix, where it begins with them. */
function withoutRepetition({ mention, prefix, postfix }: Reading): Reading | undefined {
  const after = postfix.trimStart();
  for (const { index } of mention.matchAll(/(?<![\p{L}\p{N}\p{M}])[^ ]/gu)) {
    const repeated = mention.slice(index);
    if (index > 0 && repeated.length <= LONGEST_REPETITION && after.startsWith(repeated))
      return { mention, prefix, postfix: after.slice(repeated.length) };
  }
  return undefined;
}
