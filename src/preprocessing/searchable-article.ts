import { BORDER, isBorder, NEAREST, nearestWordCharacters } from './context';
import type { Paragraph } from './jats';
import { normalizeText } from './normalization';

/** All paragraphs normalized and joined, with a map back to their offsets. */
export interface SearchableArticle {
  text: string;
  lowerCase: string;
  /** For each code unit of `text`: its paragraph and the original offsets there. */
  paragraph: Uint32Array;
  starts: Uint32Array;
  ends: Uint32Array;
  /** Sections of the paragraphs, in lower case. */
  sections: string[];
  /** The places of each mention that was looked for: in `text`, in `lowerCase`, and in `lowerCase` ignoring blanks. */
  known: Record<Manner, Map<string, Occurrence[]>>;
  /** `lowerCase` without blanks and, for each code unit of it, its place; made when first needed. */
  compact: { text: string; places: Uint32Array } | undefined;
  /** The contexts of mentions, numbered from 0, since numbers are compared faster. */
  nearest: Map<string, number>;
  /** How many places of mentions have been compared with contexts. */
  comparisons: number;
}

/** How a mention is searched: literally, in lower case, or in lower case without blanks. */
export type Manner = 'exact' | 'any case' | 'without blanks';

/** Offsets into the searchable text. */
export interface Place {
  start: number;
  end: number;
}

/** A place of a mention, with the numbers of the nearest letters and digits on either side (see `numberOfNearest`). */
export interface Occurrence extends Place {
  before: number;
  after: number;
}

export function searchableArticle(paragraphs: readonly Paragraph[]): SearchableArticle {
  const parts = paragraphs.map((paragraph) => normalizeText(paragraph.text));
  const text = parts.map((part) => part.text + BORDER).join('');
  const paragraph = new Uint32Array(text.length);
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  let place = 0;
  parts.forEach((part, index) => {
    paragraph.fill(index, place, place + part.text.length + 1);
    starts.set(part.starts, place);
    ends.set(part.ends, place);
    place += part.text.length + 1;
  });
  const sections = paragraphs.map(({ section }) => section.toLowerCase());
  const known = { exact: new Map(), 'any case': new Map(), 'without blanks': new Map() };
  return {
    text,
    lowerCase: lowerCased(text),
    paragraph,
    starts,
    ends,
    sections,
    known,
    compact: undefined,
    nearest: new Map(),
    comparisons: 0,
  };
}

/** Lower case without a change of length (`İ` would grow). */
export function lowerCased(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return text.replace(/./gsu, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character;
  });
}

/** The positions of the mention, searched once for all annotations of the same text. */
export function occurrencesOf(
  article: SearchableArticle,
  mention: string,
  manner: Manner,
): readonly Occurrence[] {
  const known = article.known[manner];
  let found = known.get(mention);
  if (!found) {
    const text = manner === 'exact' ? article.text : article.lowerCase;
    found = search(article, mention, manner)
      .filter(({ start, end }) => !cutsCharacter(article, start) && !cutsCharacter(article, end))
      .map(({ start, end }) => ({
        start,
        end,
        before: numberOf(article, nearestWordCharacters(text, start - 1, -1)),
        after: numberOf(article, nearestWordCharacters(text, end, 1)),
      }));
    known.set(mention, found);
  }
  return found;
}

function numberOf({ nearest }: SearchableArticle, characters: string): number {
  const known = nearest.get(characters) ?? nearest.size;
  nearest.set(characters, known);
  return known;
}

/** The number of the letters and digits next to a mention; -1 where there are too few, or they stand beside no mention. */
export function numberOfNearest({ nearest }: SearchableArticle, characters: string): number {
  return characters.length === NEAREST ? (nearest.get(characters) ?? -1) : -1;
}

function search(article: SearchableArticle, mention: string, manner: Manner): Place[] {
  if (manner !== 'without blanks') {
    const text = manner === 'exact' ? article.text : article.lowerCase;
    return startsOf(text, mention).map((start) => ({ start, end: start + mention.length }));
  }
  const wanted = mention.replaceAll(' ', '');
  article.compact ??= withoutBlanks(article.lowerCase);
  const { text, places } = article.compact;
  return startsOf(text, wanted).map((start) => ({
    start: places[start],
    end: places[start + wanted.length - 1] + 1,
  }));
}

function startsOf(text: string, wanted: string): number[] {
  const starts: number[] = [];
  for (let start = text.indexOf(wanted); start >= 0; start = text.indexOf(wanted, start + 1))
    starts.push(start);
  return starts;
}

function withoutBlanks(text: string): { text: string; places: Uint32Array } {
  const places = new Uint32Array(text.length);
  let count = 0;
  for (let place = 0; place < text.length; place++) if (text[place] !== ' ') places[count++] = place;
  return { text: text.replaceAll(' ', ''), places };
}

/** Whether a place lies inside one original character (`ﬁ` became `fi`), or before a mark that belongs to the one before. */
function cutsCharacter({ text, starts }: SearchableArticle, place: number): boolean {
  if (isBorder(text, place) || isBorder(text, place - 1)) return false;
  return starts[place] === starts[place - 1] || /\p{Mark}/u.test(text[place]);
}
