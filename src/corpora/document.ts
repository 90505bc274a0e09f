import { outermostSpans, type Sentence, type Span } from '../foundation';
import { joinAcross, type Range, splitSentences, trimRange } from './sentences';

/** An annotation of a source: one range, or several if the source marks "rod … photoreceptors" as one mention. */
export interface Mention {
  pieces: Range[];
  label: string;
  /** Name in the ontology, if the source gives it; it often differs from the text. */
  concept?: string;
}

/** A part of a document that contains whole sentences, with the title of its section. */
export interface Paragraph extends Range {
  section: string;
  /** Set if the source gives sentences: the paragraph is not split again. */
  isSentence?: boolean;
}

/** The result of every reader: a text, its paragraphs and its annotations, offsets in UTF-16 code units. */
export interface CorpusDocument {
  article: string;
  /** The part that the corpus assigns to the document, if it has official parts. */
  officialPart?: string;
  text: string;
  paragraphs: Paragraph[];
  mentions: Mention[];
  /** The article as JATS XML, if the source includes it. */
  jatsFile?: string;
}

/** Changes made while reading: BIO tags of one label cannot represent discontinuous or nested mentions. */
export const ADJUSTMENTS = {
  discontinuous: 'mentions in several pieces, taken from the first piece to the last',
  duplicate: 'mentions marked twice with one label, kept once',
  nested: 'mentions inside a longer one of their label, left out',
  crossing: 'mentions that overlap a longer one of their label, left out',
  acrossParagraphs: 'mentions that reach over the end of a paragraph, left out',
  joinedSentences: 'sentence boundaries inside a mention, removed',
  identicalDocuments: 'documents left out because a held-out part contains the same text',
} as const;

export type Tally = Record<keyof typeof ADJUSTMENTS, number>;

export function emptyTally(): Tally {
  return Object.fromEntries(Object.keys(ADJUSTMENTS).map((reason) => [reason, 0])) as Tally;
}

/** Returns every non-blank line of a text as a paragraph; `sectionOf` gives its section from its number and text. */
export function lineParagraphs(
  text: string,
  sectionOf: (index: number, line: string) => string,
): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (const { index: start, 0: line } of text.matchAll(/[^\n]+/g)) {
    if (line.trim() === '') continue;
    paragraphs.push({ start, end: start + line.length, section: sectionOf(paragraphs.length, line.trim()) });
  }
  return paragraphs;
}

/**
 * Splits a document into sentences; `tally` counts what had to be changed.
 *
 * @param annotated the labels that the source annotated; mentions of others are dropped
 */
export function toSentences(
  document: CorpusDocument,
  annotated: readonly string[],
  tally: Tally,
): Sentence[] {
  const spans = document.mentions.map(({ pieces, label }) => {
    if (pieces.length > 1) tally.discontinuous++;
    return { start: pieces[0].start, end: pieces[pieces.length - 1].end, label };
  });
  const kept = outermostSpans(spans, annotated, (kind) => {
    tally[kind]++;
  });

  let next = 0;
  const sentences = document.paragraphs.flatMap((paragraph, index): Sentence[] => {
    const text = document.text.slice(paragraph.start, paragraph.end);
    const local: Span[] = [];
    for (; next < kept.length && kept[next].start < paragraph.end; next++) {
      const isInside = kept[next].start >= paragraph.start && kept[next].end <= paragraph.end;
      if (isInside) local.push(shift(kept[next], -paragraph.start));
      else tally.acrossParagraphs++;
    }
    const apart = paragraph.isSentence
      ? [trimRange(text, { start: 0, end: text.length })]
      : splitSentences(text);
    const whole = joinAcross(apart, local);
    tally.joinedSentences += apart.length - whole.length;
    let first = 0;
    return whole.map(({ start, end }) => {
      let last = first;
      while (last < local.length && local[last].start < end) last++;
      const inside = local.slice(first, last).filter((span) => span.start >= start && span.end <= end);
      first = last;
      return {
        article: document.article,
        section: paragraph.section,
        paragraph: index,
        offset: start,
        text: text.slice(start, end),
        spans: inside.map((span) => shift(span, -start)),
        annotated: [...annotated],
      };
    });
  });
  tally.acrossParagraphs += kept.length - next;
  return sentences;
}

function shift({ start, end, label }: Span, by: number): Span {
  return { start: start + by, end: end + by, label };
}
