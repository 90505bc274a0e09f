import type { Span } from '../foundation';
import { exclusiveColumns, outputNames, outputsPerLabel, type TagSet } from './tag-set';
import type { EncodedText } from './text-tokenizer';

export interface TokenLabels {
  /** 0 or 1, row-major // [tokens, outputs] */
  labels: Uint8Array;
  /** 1 where a token has a label; in the scheme `exclusive` some tokens of a word may have none // [tokens] */
  counts: Uint8Array;
  /** Spans without any token (for example, the tokenizer drops control characters): they cannot be learned. */
  lost: Span[];
  /** Spans with a boundary inside a token: they are decoded wider than they were. */
  widened: Span[];
  /** Spans that overlap a longer or earlier one, where labels can express only one of them. */
  covered: Span[];
}

/**
 * Labels every token that shares a character with a span. Data may contain nested mentions of one label ("T cell" in "T cell
 * line"); a token has one tag per label, or one tag in total, so the outermost is labelled, and of two crossing ones the first. The
 * others remain gold in evaluation: a tagger with such a head misses them.
 */
export function spansToLabels(encoded: EncodedText, spans: readonly Span[], tagSet: TagSet): TokenLabels {
  return tagSet.scheme === 'exclusive'
    ? spansToExclusive(encoded, spans, tagSet)
    : spansToOverlapping(encoded, spans, tagSet);
}

function spansToOverlapping(encoded: EncodedText, spans: readonly Span[], tagSet: TagSet): TokenLabels {
  const perLabel = outputsPerLabel(tagSet);
  const outputs = perLabel * tagSet.labels.length;
  const labels = new Uint8Array(encoded.ids.length * outputs);
  const counts = new Uint8Array(encoded.ids.length).fill(1);
  const lost: Span[] = [];
  const widened: Span[] = [];
  const { outermost, covered } = chooseOutermost(spans, ({ label }) => label);
  for (const span of outermost) {
    const column = tagSet.labels.indexOf(span.label) * perLabel;
    if (column < 0) continue;
    const tokens = tokensOf(encoded, span);
    if (!tokens) {
      lost.push(span);
      continue;
    }
    const { first, behind } = tokens;
    if (isWider(encoded, tokens, span)) widened.push(span);
    for (let token = first; token < behind; token++) {
      const own = token * outputs + column;
      const begins = tagSet.scheme === 'token' || token === first;
      if (begins) labels[own] = 1;
      // Two neighbours may share a token; the later one begins with it.
      if (tagSet.scheme === 'bio') labels[own + 1] = begins || labels[own] ? 0 : 1;
    }
  }
  return { labels, counts, lost, widened, covered };
}

/** Labels words, each at its first token; the rule decides the labels of the other tokens. */
function spansToExclusive(encoded: EncodedText, spans: readonly Span[], tagSet: TagSet): TokenLabels {
  const outputs = outputNames(tagSet).length;
  const columns = exclusiveColumns(tagSet);
  const { ids, words } = encoded;
  const columnOf = new Int32Array(ids.length).fill(columns.outside); // [tokens]
  const lost: Span[] = [];
  const widened: Span[] = [];
  const known = spans.filter(({ label }) => tagSet.labels.includes(label));
  const { outermost, covered } = chooseOutermost(known, () => '');
  const rule = tagSet.words ?? 'all-inside';
  const isFirst = (token: number) => token === 0 || words[token] !== words[token - 1];
  for (const span of outermost) {
    const label = tagSet.labels.indexOf(span.label);
    const tokens = tokensOf(encoded, span);
    if (!tokens) {
      lost.push(span);
      continue;
    }
    let { first, behind } = tokens;
    while (!isFirst(first)) first--;
    while (behind < ids.length && !isFirst(behind)) behind++;
    if (isWider(encoded, { first, behind }, span)) widened.push(span);
    const beginning = words[first];
    for (let token = first; token < behind; token++) {
      const begins = token === first || (rule === 'all' && words[token] === beginning);
      columnOf[token] = begins ? columns.begin[label] : columns.inside[label];
    }
  }
  const labels = new Uint8Array(ids.length * outputs);
  const counts = new Uint8Array(ids.length);
  columnOf.forEach((column, token) => {
    if (column < 0 || (rule === 'first' && !isFirst(token))) return;
    labels[token * outputs + column] = 1;
    counts[token] = 1;
  });
  return { labels, counts, lost, widened, covered };
}

interface TokenRange {
  first: number;
  /** Index of the first token after it. */
  behind: number;
}

function tokensOf({ ids, starts, ends, words }: EncodedText, { start, end }: Span): TokenRange | undefined {
  let first = ends.findIndex((own) => own > start);
  let behind = first;
  while (behind >= 0 && behind < ids.length && starts[behind] < end) behind++;
  if (first < 0 || behind === first) return undefined;
  // Byte-level tokenizers may begin a word with a token of the blank before it.
  while (first > 0 && starts[first - 1] === ends[first - 1] && words[first - 1] === words[first]) first--;
  return { first, behind };
}

const isWider = (
  { starts, ends }: EncodedText,
  { first, behind }: TokenRange,
  { start, end }: Span,
): boolean => starts[first] < start || ends[behind - 1] > end;

/** Returns the spans that no other span of their group covers, and the rest; both in the given order. */
function chooseOutermost(
  spans: readonly Span[],
  groupOf: (span: Span) => string,
): { outermost: readonly Span[]; covered: Span[] } {
  if (spans.length < 2) return { outermost: spans, covered: [] };
  const endOf = new Map<string, number>(); // by group: the end of the last span kept
  const covered = new Set<Span>();
  for (const span of [...spans].sort((one, other) => one.start - other.start || other.end - one.end)) {
    const group = groupOf(span);
    if (span.start < (endOf.get(group) ?? 0)) covered.add(span);
    else endOf.set(group, span.end);
  }
  return { outermost: spans.filter((span) => !covered.has(span)), covered: [...covered] };
}
