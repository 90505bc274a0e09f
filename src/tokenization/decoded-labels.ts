import type { Span, TextRange } from '../foundation';
import { outputNames, outputsPerLabel, parseTag, type TagSet } from './tag-set';
import type { EncodedText } from './text-tokenizer';

/**
 * Returns the text of some adjacent tokens, or undefined if they have none. Blanks at the edges, which are empty tokens, do not count.
 *
 * @param behind index of the first token after them
 */
export function rangeOfTokens(
  { starts, ends }: Pick<EncodedText, 'starts' | 'ends'>,
  first: number,
  behind: number,
): TextRange | undefined {
  let [from, last] = [first, behind - 1];
  while (from <= last && starts[from] === ends[from]) from++;
  while (last > from && starts[last] === ends[last]) last--;
  return from <= last ? { start: starts[from], end: ends[last] } : undefined;
}

/** Decodes token labels to spans. An I- without a B- or I- before it opens a span, as in conlleval. */
export function labelsToSpans(encoded: EncodedText, labels: ArrayLike<number>, tagSet: TagSet): Span[] {
  if (tagSet.scheme === 'exclusive') {
    const outputs = outputNames(tagSet).length;
    return tagsToSpans(encoded, tagSet, (token) => {
      for (let output = 0; output < outputs; output++)
        if (labels[token * outputs + output] === 1) return output;
      return -1;
    }).map(({ start, end, label }) => ({ start, end, label }));
  }
  const perLabel = outputsPerLabel(tagSet);
  const outputs = perLabel * tagSet.labels.length;
  const spans: Span[] = [];
  tagSet.labels.forEach((label, index) => {
    const column = index * perLabel;
    let first = -1; // of the open span
    const close = (behind: number) => {
      const range = first < 0 ? undefined : rangeOfTokens(encoded, first, behind);
      if (range) spans.push({ ...range, label });
      first = -1;
    };
    for (let token = 0; token < encoded.ids.length; token++) {
      const row = token * outputs + column;
      const begins = tagSet.scheme === 'bio' && labels[row] === 1;
      const inside = labels[row + perLabel - 1] === 1;
      if (first >= 0 && (begins || !inside)) close(token);
      if (first < 0 && (begins || inside)) first = token;
    }
    close(encoded.ids.length);
  });
  return spans.sort((one, other) => one.start - other.start || one.end - other.end);
}

/**
 * Decodes exclusive tags to spans, with the tokens that determined each. A word has the tag of its first token; if the tag set has
 * no rule for words, every token has its own tag, and neighbours of one label are joined, as Python's pipeline does with
 * `aggregation_strategy="simple"`.
 *
 * @param outputOf returns the output of a token, -1 for none
 */
export function tagsToSpans(
  encoded: EncodedText,
  tagSet: TagSet,
  outputOf: (token: number) => number,
): (Span & { tokens: number[] })[] {
  const { starts, words } = encoded;
  const tags = outputNames(tagSet).map(parseTag);
  const found: { label: string; tokens: number[]; behind: number }[] = [];
  let open: (typeof found)[number] | undefined;
  for (let token = 0; token < starts.length; ) {
    let behind = token + 1;
    if (tagSet.words) while (behind < starts.length && words[behind] === words[token]) behind++;
    const output = outputOf(token);
    const { prefix, label } = output < 0 ? { prefix: 'O', label: '' } : tags[output];
    if (prefix === 'O') open = undefined;
    else if (open && open.label === label && prefix === 'I') {
      open.behind = behind;
      open.tokens.push(token);
    } else {
      open = { label, tokens: [token], behind };
      found.push(open);
    }
    token = behind;
  }
  return found.flatMap(({ label, tokens, behind }) => {
    const range = rangeOfTokens(encoded, tokens[0], behind);
    return range ? [{ ...range, label, tokens }] : [];
  });
}
