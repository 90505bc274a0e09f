import { segment } from 'sentencex';

/** A piece of text: `text.slice(start, end)`, offsets in UTF-16 code units, end exclusive. */
export interface Range {
  start: number;
  end: number;
}

/**
 * `sentencex` cuts any text at every 10,240 bytes of UTF-8, in the middle of a word if need be. It therefore sees at
 * most this many code units at a time (three bytes each at worst).
 */
const WINDOW = 3_000;

/** How much of what follows a border must be seen to trust it. */
const CONTEXT = 200;

/**
 * UTF-16 code units. Text without a sentence end for longer is cut, at white space if there is some: everything made of a sentence
 * (tokens, scores) is in memory at once. No prose has such sentences.
 */
export const LONGEST_SENTENCE = 1 << 16;

/**
 * The sentences of a paragraph, in order, without the white space around them; a text of white space has none.
 *
 * Two sentences are joined where a range of `keepTogether` (a mention, say) would lie in both. An empty line ends a
 * sentence, a single line break does not. Runs in time linear in the length of the text.
 */
export function splitSentences(text: string, keepTogether: readonly Range[] = []): Range[] {
  const sentences = [...eachSentence(text)];
  return keepTogether.length > 0 ? joinAcross(sentences, keepTogether) : sentences;
}

/** The same, one by one. */
export function* eachSentence(text: string): Generator<Range> {
  let start = 0;
  for (const end of sentenceEnds(text)) {
    const sentence = trimRange(text, { start, end });
    if (sentence.start < sentence.end) yield sentence;
    start = end;
  }
}

/** The range without white space at its ends; empty where there is nothing else. */
export function trimRange(text: string, { start, end }: Range): Range {
  const slice = text.slice(start, end);
  const trimmedStart = start + slice.length - slice.trimStart().length;
  return { start: trimmedStart, end: Math.max(trimmedStart, start + slice.trimEnd().length) };
}

/**
 * Where sentences end, in order, the end of the text included. The text is seen through windows that begin at a
 * sentence; a border near a window's edge is left to the next window, which sees what follows it.
 */
function* sentenceEnds(text: string): Generator<number> {
  let start = 0;
  let sentence = 0; // where the sentence at hand begins
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
      // Where no sentence ends in a window, its sentence continues in the next.
      start = edge;
      if (edge - sentence < LONGEST_SENTENCE) continue;
      yield edge;
      sentence = edge;
    }
  }
}

/** The end of the window from `start` on: after white space where there is some, never inside a code point. */
function windowEdge(text: string, start: number): number {
  const edge = start + WINDOW;
  if (edge >= text.length) return text.length;
  for (let place = edge; place > edge - CONTEXT; place--) if (/\s/.test(text[place - 1])) return place;
  return /[\uDC00-\uDFFF]/.test(text[edge]) ? edge - 1 : edge;
}

/** Borders strictly inside the text. White space that `sentencex` leaves out stays with the sentence before it. */
function innerBorders(text: string): number[] {
  // A lone surrogate cannot be written as UTF-8; something of the same length stands in for it.
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

/** `sentences` with neighbours made one where a range reaches from the first into the second. */
export function joinAcross(sentences: readonly Range[], ranges: readonly Range[]): Range[] {
  const byStart = [...ranges].sort((a, b) => a.start - b.start);
  const joined: Range[] = [];
  let next = 0;
  let reach = -1; // the furthest end of all ranges that start before the sentence at hand
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
