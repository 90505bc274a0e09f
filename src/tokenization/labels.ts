import { ENTITY_CLASSES, type Span } from '../foundation';
import type { EncodedText } from './tokenizer';

/**
 * What the outputs of a head stand for. `bio`: two a class, B- for the first token of a mention and I- for the rest, so that
 * borders are exact and neighbours stay apart. `token`: one a class, inside or not, as the assessment's original has it.
 * Either is multi-label: classes may overlap each other.
 */
export type LabelScheme = 'bio' | 'token';

export function isScheme(value: unknown): value is LabelScheme {
  return value === 'bio' || value === 'token';
}

/** Outputs in the order of the head's columns, class by class in the order of `ENTITY_CLASSES`. */
export function outputNames(scheme: LabelScheme): string[] {
  return scheme === 'bio'
    ? ENTITY_CLASSES.flatMap((name) => [`B-${name}`, `I-${name}`])
    : [...ENTITY_CLASSES];
}

/** How many outputs a class has: 2 or 1. */
export function outputsPerClass(scheme: LabelScheme): number {
  return scheme === 'bio' ? 2 : 1;
}

export interface TokenLabels {
  /** 0 or 1, row-major // [tokens, outputs] */
  labels: Uint8Array;
  /** Spans that no token stands for (the tokenizer drops control characters, say): they cannot be learned. */
  lost: Span[];
  /** Spans with a border inside a token: they come back wider than they went in. */
  widened: Span[];
  /** Spans that a longer or earlier one of their class covers, wholly or in part: labels can express only one of them. */
  covered: Span[];
}

/**
 * Marks every token that shares a character with a span. Data may hold mentions inside others of their class ("T cell" in
 * "T cell line"); a token has one label per class, so the outermost is marked, and of two that cross the first. The others stay
 * gold in evaluation: a tagger with such a head misses them.
 */
export function spansToLabels(
  encoded: EncodedText,
  spans: readonly Span[],
  scheme: LabelScheme,
): TokenLabels {
  const perClass = outputsPerClass(scheme);
  const outputs = perClass * ENTITY_CLASSES.length;
  const labels = new Uint8Array(encoded.ids.length * outputs);
  const lost: Span[] = [];
  const widened: Span[] = [];
  const { outermost, covered } = chooseOutermost(spans);
  for (const span of outermost) {
    const column = ENTITY_CLASSES.indexOf(span.label) * perClass;
    const first = encoded.ends.findIndex((end) => end > span.start);
    let last = first;
    while (last >= 0 && last < encoded.ids.length && encoded.starts[last] < span.end) last++;
    if (first < 0 || last === first) {
      lost.push(span);
      continue;
    }
    if (encoded.starts[first] < span.start || encoded.ends[last - 1] > span.end) widened.push(span);
    for (let token = first; token < last; token++) {
      const own = token * outputs + column;
      const begins = scheme === 'token' || token === first;
      if (begins) labels[own] = 1;
      // Two neighbours may share a token; the later one begins with it.
      if (scheme === 'bio') labels[own + 1] = begins || labels[own] ? 0 : 1;
    }
  }
  return { labels, lost, widened, covered };
}

/** The spans that no other of their class covers, and the rest; both in the given order. */
function chooseOutermost(spans: readonly Span[]): { outermost: readonly Span[]; covered: Span[] } {
  if (spans.length < 2) return { outermost: spans, covered: [] };
  const endOf = new Map<string, number>(); // by class: where the last that was kept ends
  const covered = new Set<Span>();
  for (const span of [...spans].sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (span.start < (endOf.get(span.label) ?? 0)) covered.add(span);
    else endOf.set(span.label, span.end);
  }
  return { outermost: spans.filter((span) => !covered.has(span)), covered: [...covered] };
}

/** The spans that token labels stand for. An I- without a B- or I- before it opens a span, as conlleval has it. */
export function labelsToSpans(encoded: EncodedText, labels: ArrayLike<number>, scheme: LabelScheme): Span[] {
  const perClass = outputsPerClass(scheme);
  const outputs = perClass * ENTITY_CLASSES.length;
  const spans: Span[] = [];
  ENTITY_CLASSES.forEach((label, index) => {
    const column = index * perClass;
    let open: Span | undefined;
    for (let token = 0; token < encoded.ids.length; token++) {
      const row = token * outputs + column;
      const begins = scheme === 'bio' && labels[row] === 1;
      const inside = labels[row + perClass - 1] === 1;
      if (open && inside && !begins) {
        open.end = encoded.ends[token];
      } else if (begins || inside) {
        open = { start: encoded.starts[token], end: encoded.ends[token], label };
        spans.push(open);
      } else {
        open = undefined;
      }
    }
  });
  return spans.sort((one, other) => one.start - other.start || one.end - other.end);
}
