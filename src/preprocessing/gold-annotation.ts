import type { Annotation } from '../collection';
import type { Mention } from '../corpora';

/** Characters of context on either side, as from Europe PMC. */
export const CONTEXT = 20;

/** A mention in its document, with the sentence around it. */
export interface MentionPlace {
  text: string;
  start: number;
  end: number;
  sentenceStart: number;
  sentenceEnd: number;
}

/** What an annotation carries in place of offsets. */
export interface MentionContext {
  prefix: string;
  postfix: string;
}

/**
 * How providers write the context of a mention.
 *
 * - `blanks kept`: 20 characters on either side, as OntoGene does.
 * - `stripped`: the same cut at words and without blanks at the ends; the postfix of a mention of several words begins
 *   with the last of them.
 * - `three words`: as recorded answers of the provider "Europe PMC" have it. Stripped, three words on either side, none
 *   of another sentence.
 */
export const CONTEXT_STYLES = {
  'blanks kept': blanksKept,
  stripped: ({ text, start, end }) => {
    const first = Math.max(0, start - CONTEXT);
    const from = repeatedFrom(text, start, end);
    const before = text.slice(first, start);
    const after = text.slice(from, from + CONTEXT);
    const cutsFirst = /^\S$/.test(text[first - 1] ?? ' ') && /^\S+\s/.test(before);
    const cutsLast = /^\S$/.test(text[from + CONTEXT] ?? ' ') && /\s\S+$/.test(after);
    return {
      prefix: words(cutsFirst ? before.replace(/^\S+/, '') : before).join(' '),
      postfix: words(cutsLast ? after.slice(0, lastBlank(after)) : after).join(' '),
    };
  },
  'three words': ({ text, start, end, sentenceStart, sentenceEnd }) => {
    const before = text.slice(sentenceStart, start);
    const from = repeatedFrom(text, start, end);
    const after = text.slice(from, sentenceEnd);
    // The rest of a word that the mention cuts is added to the three.
    const count = (cut: boolean) => 3 + Number(cut);
    return {
      prefix: words(before)
        .slice(-count(/\S$/.test(before)))
        .join(' '),
      postfix: words(after)
        .slice(0, count(from === end && /^\S/.test(after)))
        .join(' '),
    };
  },
} satisfies Record<string, (place: MentionPlace) => MentionContext>;

export type ContextStyle = keyof typeof CONTEXT_STYLES;

function blanksKept({ text, start, end }: Pick<MentionPlace, 'text' | 'start' | 'end'>): MentionContext {
  return { prefix: text.slice(Math.max(0, start - CONTEXT), start), postfix: text.slice(end, end + CONTEXT) };
}

/** The index of the last white space; -1 without any. */
function lastBlank(text: string): number {
  let at = text.length - 1;
  while (at >= 0 && /\S/.test(text[at])) at--;
  return at;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** Where the last word of a mention of several begins; of a single word the mention's end. */
function repeatedFrom(text: string, start: number, end: number): number {
  const last = /\s(\S+)$/.exec(text.slice(start, end))?.[1];
  return last ? end - last.length : end;
}

/** A gold mention in the form of Europe PMC: text and context without offsets. A discontinuous one extends from its first to its last piece. */
export function goldAnnotation(
  text: string,
  { pieces, label, concept = '' }: Mention,
  id: string,
): Annotation {
  const { start } = pieces[0];
  const { end } = pieces[pieces.length - 1];
  return {
    ...blanksKept({ text, start, end }),
    exact: text.slice(start, end),
    tags: [{ name: concept, uri: '' }],
    id,
    type: label,
    provider: 'gold',
  };
}
