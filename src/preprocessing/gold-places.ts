import type { Annotation } from '../collection';
import { alignTexts } from './alignment';
import { CONTEXT } from './gold-annotation';

/** A gold mention: its offsets in the text of its corpus, and the annotation without offsets made of it. */
export interface GoldMention {
  start: number;
  end: number;
  annotation: Annotation;
}

export type Verdict = 'right' | 'wrong' | 'undecided';

/**
 * Returns whether a place in `text` is that of `annotation` in `goldText`, two renderings of one article, which are aligned as wholes
 * (`alignTexts`). Annotations with equal text, context and class are interchangeable: each may have the place of any. A place is
 * undecided if the alignment is inconclusive there.
 */
export function judgeOf(
  goldText: string,
  text: string,
  mentions: readonly GoldMention[],
): (annotation: Annotation, start: number, end: number) => Verdict {
  const counterpart = alignTexts(goldText, text);
  const equals = new Map<string, GoldMention[]>();
  const keyOf = ({ prefix, exact, postfix, type }: Annotation) =>
    JSON.stringify([prefix, exact, postfix, type]);
  for (const mention of mentions) {
    const key = keyOf(mention.annotation);
    const same = equals.get(key);
    if (same) same.push(mention);
    else equals.set(key, [mention]);
  }
  /** The counterpart of the nearest character that has one. */
  const nearest = (place: number, step: 1 | -1) => {
    for (let at = place; at >= 0 && at < goldText.length; at += step)
      if (counterpart[at] >= 0) return counterpart[at];
    return step < 0 ? -1 : text.length;
  };
  return (annotation, start, end) => {
    const verdicts = equals.get(keyOf(annotation))!.map((mention): Verdict => {
      const first = counterpart[mention.start];
      const last = counterpart[mention.end - 1];
      if (first >= 0 && last >= 0) return first === start && last === end - 1 ? 'right' : 'wrong';
      // Isolated characters may have no counterpart; their neighbours bound the position.
      const before = nearest(mention.start - 1, -1);
      const after = nearest(mention.end, 1);
      return before < start && end <= after && after - before < end - start + 2 * CONTEXT
        ? 'right'
        : 'undecided';
    });
    return (['right', 'undecided'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'wrong';
  };
}
