import { cutsWord } from '../../foundation';
import type { TagSet } from '../../tokenization';
import type { ScoredSpan } from './decoding';
import { occurrencesOf } from './occurrences';

/** A part of an article, usually a sentence, and the mentions found in it. */
export interface TaggedPart {
  text: string;
  spans: readonly ScoredSpan[];
}

/** Minimum number of occurrences for a vote. */
const FEWEST = 3;

/**
 * Majority vote within an article: words found at least once as a mention of a class become one at all their occurrences in the
 * article, or at none, by majority of the occurrences ("one sense per discourse", Gale, Church & Yarowsky 1992,
 * aclanthology.org/H92-1045). Occurrences inside or across another mention of the class do not vote and are unchanged, as are words
 * with fewer than three occurrences. Case is ignored. A tagger with exclusive labels decides per occurrence, as Python's do, and is
 * unchanged.
 *
 * @param parts of one article
 * @returns the mentions of each part, in text order
 */
export function voteWithinArticle(parts: readonly TaggedPart[], { scheme, labels }: TagSet): ScoredSpan[][] {
  if (scheme === 'exclusive') return parts.map(({ spans }) => [...spans]);
  const texts = parts.map(({ text }) => lowerCase(text));
  const voted: ScoredSpan[][] = parts.map(() => []);
  for (const label of labels) {
    const marked = parts.map(
      (part, index) =>
        new Marked(
          texts[index],
          part.spans.filter((span) => span.label === label),
        ),
    );
    // The longest words vote first: occurrences inside their mentions are taken.
    for (const words of longestFirst(marked)) {
      const occurrences = occurrencesOf(words, texts);
      for (const own of words) voteOn(own, occurrences.get(own)!, marked, label);
    }
    marked.forEach(({ spans }, part) => {
      for (const span of spans) voted[part].push(span);
    });
  }
  for (const own of voted) own.sort((one, other) => one.start - other.start || one.end - other.end);
  return voted;
}

/** Returns the distinct marked words, grouped by length. */
function longestFirst(marked: readonly Marked[]): string[][] {
  const byLength = new Map<number, Set<string>>();
  for (const { text, spans } of marked) {
    for (const { start, end } of spans) {
      const words = text.slice(start, end);
      const ofLength = byLength.get(words.length);
      if (ofLength) ofLength.add(words);
      else byLength.set(words.length, new Set([words]));
    }
  }
  byLength.delete(0);
  return [...byLength].sort(([one], [other]) => other - one).map(([, words]) => [...words]);
}

/** @param occurrences part and start of each, flattened */
function voteOn(
  words: string,
  occurrences: readonly number[],
  marked: readonly Marked[],
  label: string,
): void {
  const free: number[] = []; // part and start, as above, of whole-word occurrences where nothing is marked
  const found: [part: number, mention: ScoredSpan][] = [];
  let score = 0;
  for (let index = 0; index < occurrences.length; index += 2) {
    const [part, start] = [occurrences[index], occurrences[index + 1]];
    const end = start + words.length;
    const mention = marked[part].at(start, end);
    if (mention) {
      found.push([part, mention]);
      score += mention.score;
    } else if (!marked[part].isTaken(start, end) && !cutsWord(marked[part].text, { start, end }))
      free.push(part, start);
  }
  const places = found.length + free.length / 2;
  if (places < FEWEST) return;
  if (2 * found.length < places) {
    for (const [part, mention] of found) marked[part].delete(mention);
    return;
  }
  for (let index = 0; index < free.length; index += 2) {
    const [part, start] = [free[index], free[index + 1]];
    marked[part].add({ start, end: start + words.length, label, score: score / found.length });
  }
}

/** Converts to lower case, unless that shifts characters (`İ` becomes two). */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** The mentions of one class in one part. */
class Marked {
  readonly spans = new Set<ScoredSpan>();
  readonly #byBorders = new Map<number, ScoredSpan[]>();
  /** Number of mentions covering each character. */
  #covering: Uint32Array | undefined;

  constructor(
    readonly text: string,
    spans: readonly ScoredSpan[],
  ) {
    for (const span of spans) this.add(span);
  }

  add(span: ScoredSpan): void {
    this.spans.add(span);
    const key = this.#key(span.start, span.end);
    const same = this.#byBorders.get(key);
    if (same) same.push(span);
    else this.#byBorders.set(key, [span]);
    this.#cover(span, 1);
  }

  delete(span: ScoredSpan): void {
    this.spans.delete(span);
    const same = this.#byBorders.get(this.#key(span.start, span.end))!;
    same.splice(same.indexOf(span), 1);
    this.#cover(span, -1);
  }

  /** Returns the mention with these boundaries. */
  at(start: number, end: number): ScoredSpan | undefined {
    return this.spans.size === 0 ? undefined : this.#byBorders.get(this.#key(start, end))?.[0];
  }

  /** Returns whether a mention covers any of the characters. */
  isTaken(start: number, end: number): boolean {
    if (this.spans.size === 0) return false;
    for (let place = start; place < end; place++) if (this.#covering![place] > 0) return true;
    return false;
  }

  #cover({ start, end }: ScoredSpan, by: number): void {
    this.#covering ??= new Uint32Array(this.text.length);
    for (let place = start; place < end; place++) this.#covering[place] += by;
  }

  #key(start: number, end: number): number {
    return start * (this.text.length + 1) + end;
  }
}
