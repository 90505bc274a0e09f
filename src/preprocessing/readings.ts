import type { Annotation } from '../collection';
import { decodeReferences } from '../foundation';
import { normalizeText } from './normalization';

/** One reading of an annotation's text and context; all three parts are normalized. */
export interface Reading {
  /** Without white space at its ends; never empty. */
  mention: string;
  prefix: string;
  postfix: string;
}

/**
 * Returns the possible readings of an annotation, the most likely first. None for an empty mention.
 *
 * Character references and tags are decoded, up to twice; the raw text comes last. A provider that strips the blanks at the ends of
 * the context begins the postfix with the last word of a mention of several words ("pancreatic cancer", "cancer was 8-plex"): in one
 * reading the postfix begins after that word.
 *
 * @param isStripped whether the provider strips these blanks
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

/** The reading without the last words of the mention at the start of the postfix; undefined if it does not begin with them. */
function withoutRepetition({ mention, prefix, postfix }: Reading): Reading | undefined {
  const after = postfix.trimStart();
  for (const { index } of mention.matchAll(/(?<![\p{L}\p{N}\p{M}])[^ ]/gu)) {
    const repeated = mention.slice(index);
    if (index > 0 && repeated.length <= LONGEST_REPETITION && after.startsWith(repeated))
      return { mention, prefix, postfix: after.slice(repeated.length) };
  }
  return undefined;
}
