import { segment } from 'sentencex';

/** A range of a text: `text.slice(start, end)`, offsets in UTF-16 code units, end exclusive. */
export interface Range {
  start: number;
  end: number;
}

/**
 * `sentencex` splits any text at every 10,240 bytes of UTF-8, even inside a word. It is therefore given at most this many code
 * units at a time (at worst three bytes each).
 */
const WINDOW = 3_000;

/** Characters after a boundary that must be visible for it to be reliable. */
const CONTEXT = 200;

/**
 * UTF-16 code units. Longer text without a sentence end is split, at white space if possible: all tokens and scores of a sentence
 * are in memory at once. No prose has such sentences.
 */
export const LONGEST_SENTENCE = 1 << 16;

/**
 * Returns the sentences of a paragraph, in order, without surrounding white space; none for white space only.
 *
 * Two sentences are joined if a range of `keepTogether` (such as a mention) would cross them. An empty line ends a sentence, a
 * single line break does not. Linear in the length of the text.
 */
export function splitSentences(text: string, keepTogether: readonly Range[] = []): Range[] {
  const sentences = [...eachSentence(text)];
  return keepTogether.length > 0 ? joinAcross(sentences, keepTogether) : sentences;
}

/** The same, as a generator. */
export function* eachSentence(text: string): Generator<Range> {
  let start = 0;
  for (const end of sentenceEnds(text)) {
    const sentence = trimRange(text, { start, end });
    if (sentence.start < sentence.end) yield sentence;
    start = end;
  }
}

/** Trims white space from a range; empty if there is nothing else. */
export function trimRange(text: string, { start, end }: Range): Range {
  const slice = text.slice(start, end);
  const trimmedStart = start + slice.length - slice.trimStart().length;
  return { start: trimmedStart, end: Math.max(trimmedStart, start + slice.trimEnd().length) };
}

/**
 * Yields the ends of sentences, in order, including the end of the text. The text is processed in windows that begin at a sentence;
 * a boundary near a window's edge is left to the next window, which sees the text after it.
 */
function* sentenceEnds(text: string): Generator<number> {
  let start = 0;
  let sentence = 0; // start of the current sentence
  while (start < text.length) {
    const edge = windowEdge(text, start);
    const isLast = edge === text.length;
    const borders = innerBorders(text.slice(start, edge))
      .map((border) => start + border)
      .filter((border) => isLast || border < edge - CONTEXT);
    yield* borders;
    if (isLast) return yield edge;
    if (borders.length > 0) start = sentence = borders[borders.length - 1];
    else {
      // If no sentence ends in a window, it continues in the next.
      start = edge;
      if (edge - sentence < LONGEST_SENTENCE) continue;
      yield edge;
      sentence = edge;
    }
  }
}

/** Returns the end of the window from `start`: after white space if possible, never inside a code point. */
function windowEdge(text: string, start: number): number {
  const edge = start + WINDOW;
  if (edge >= text.length) return text.length;
  for (let place = edge; place > edge - CONTEXT; place--) if (/\s/.test(text[place - 1])) return place;
  return /[\uDC00-\uDFFF]/.test(text[edge]) ? edge - 1 : edge;
}

/** Returns boundaries strictly inside the text. White space omitted by `sentencex` belongs to the sentence before it. */
function innerBorders(text: string): number[] {
  // A lone surrogate cannot be encoded as UTF-8; it is replaced by a character of the same length.
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  const borders: number[] = [];
  let place = 0;
  for (const sentence of segment('en', wellFormed)) {
    const start = wellFormed.indexOf(sentence, place);
    if (start < 0) break;
    if (start > 0) borders.push(start);
    place = start + sentence.length;
  }
  return borders;
}

/** Joins neighbouring `sentences` that a range crosses. */
export function joinAcross(sentences: readonly Range[], ranges: readonly Range[]): Range[] {
  const byStart = [...ranges].sort((a, b) => a.start - b.start);
  const joined: Range[] = [];
  let next = 0;
  let reach = -1; // the furthest end of all ranges that start before the current sentence
  for (const sentence of sentences) {
    const last = joined[joined.length - 1];
    while (next < byStart.length && byStart[next].start < sentence.start) {
      reach = Math.max(reach, byStart[next++].end);
    }
    if (last && reach > last.end) last.end = sentence.end;
    else joined.push({ ...sentence });
  }
  return joined;
}
