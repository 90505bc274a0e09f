import { cutsWord, ENTITY_CLASSES } from '../foundation';
import type { ScoredSpan } from './decoding';

/** A part of an article, a sentence most often, and the mentions found in it. */
interface TaggedPart {
  text: string;
  spans: readonly ScoredSpan[];
}

/** Fewer occurrences than this are too few to vote. */
const FEWEST = 3;

/**
 * Makes the mentions of one article consistent: words that were found at least once to be a mention of a class are one at all
 * places of the article where they stand, or at none, as most of these places have it ("one sense per discourse", Gale, Church &
 * Yarowsky 1992, aclanthology.org/H92-1045). Places inside or across another mention of the class do not vote and stay as they are, and
 * so do words of fewer than three places. Letters count alike in upper and lower case.
 *
 * @param parts of one article
 * @returns the mentions of each part, in the order of their place
 */
export function voteWithinArticle(parts: readonly TaggedPart[]): ScoredSpan[][] {
  const texts = parts.map(({ text }) => lowerCase(text));
  const voted: ScoredSpan[][] = parts.map(() => []);
  for (const label of ENTITY_CLASSES) {
    const spans = parts.map((part) => part.spans.filter((span) => span.label === label));
    const different = new Set(
      spans.flatMap((own, part) => own.map(({ start, end }) => texts[part].slice(start, end))),
    );
    // The longest vote first: what they mark is not free for the words inside.
    for (const words of [...different].sort((one, other) => other.length - one.length)) {
      const places = texts.flatMap((text, part) => freePlaces(text, words, spans[part], part));
      const found = places.flatMap(({ mention }) => mention ?? []);
      if (places.length < FEWEST) continue;
      const isMention = 2 * found.length >= places.length;
      const score = found.reduce((sum, mention) => sum + mention.score, 0) / found.length;
      for (const { part, start, mention } of places) {
        if (isMention && !mention) spans[part].push({ start, end: start + words.length, label, score });
        if (!isMention && mention) spans[part] = spans[part].filter((span) => span !== mention);
      }
    }
    spans.forEach((own, part) => {
      voted[part].push(...own);
    });
  }
  for (const own of voted) own.sort((one, other) => one.start - other.start || one.end - other.end);
  return voted;
}

/** In lower case, unless that moves the characters (`İ` becomes two). */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

interface Place {
  part: number;
  start: number;
  /** What was found there. */
  mention?: ScoredSpan;
}

/** Where the words stand whole, and no mention with other borders overlaps. */
function freePlaces(text: string, words: string, spans: readonly ScoredSpan[], part: number): Place[] {
  const places: Place[] = [];
  for (let start = text.indexOf(words); start >= 0; start = text.indexOf(words, start + words.length)) {
    const end = start + words.length;
    const mention = spans.find((span) => span.start === start && span.end === end);
    const isTaken = spans.some((span) => span.start < end && start < span.end);
    if (mention || (!isTaken && !cutsWord(text, { start, end }))) places.push({ part, start, mention });
  }
  return places;
}
