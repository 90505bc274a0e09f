import { isCollocation, likelihoodRatio } from './collocations';
import { ENGLISH_STOP_WORDS } from './stop-words';

export interface WordCount {
  /** A word, or two joined by a space, in its most frequent spelling. */
  word: string;
  count: number;
}

export interface WordCountOptions {
  /** Words that are not counted, in lower case; default: {@link ENGLISH_STOP_WORDS}. */
  stopWords?: ReadonlySet<string>;
}

/** A word of a text: its spelling, in lower case, and whether it stands right after the one before it. */
interface Occurrence {
  spelling: string;
  key: string;
  follows: boolean;
}

/**
 * Counts the words of texts, most frequent first. Two words that often stand side by side are counted as one, a collocation; their
 * occurrences there are not counted again for each word. Upper and lower case are not distinguished. Numbers and single letters are
 * not counted.
 *
 * Collocations are chosen by Dunning's likelihood ratio, as in Python's wordcloud (its threshold, too); of two that overlap in a text,
 * the one with the larger ratio counts.
 *
 * @example
 * countWords(['Binding to a receptor', 'Binding to DNA'])
 * // [{ word: 'Binding', count: 2 }, { word: 'DNA', count: 1 }, { word: 'receptor', count: 1 }]
 */
export function countWords(texts: Iterable<string>, options: WordCountOptions = {}): WordCount[] {
  const lines = Array.from(texts, (text) => occurrences(text, options.stopWords ?? ENGLISH_STOP_WORDS));
  const ratios = collocationsOf(lines);
  const tally = new Tally();
  for (const line of lines) {
    const starts = collocationStarts(line, ratios);
    for (let place = 0; place < line.length; place++) {
      const { spelling, key } = line[place];
      if (starts.has(place)) {
        const next = line[++place];
        tally.add(pairKey(key, next.key), pairKey(spelling, next.spelling));
      } else tally.add(key, spelling);
    }
  }
  return tally.counts();
}

/**
 * The most frequent single words of each label's texts, at most `most` per label.
 *
 * @example
 * topWords({ function: ['Catalysis of a reaction', 'Catalysis'] }, 1) // { function: [{ word: 'Catalysis', count: 2 }] }
 */
export function topWords(
  textsByLabel: Readonly<Record<string, Iterable<string>>>,
  most: number,
  { stopWords = ENGLISH_STOP_WORDS }: WordCountOptions = {},
): Record<string, WordCount[]> {
  return Object.fromEntries(
    Object.entries(textsByLabel).map(([label, texts]) => {
      const tally = new Tally();
      for (const text of texts)
        for (const { key, spelling } of occurrences(text, stopWords)) tally.add(key, spelling);
      return [label, tally.counts().slice(0, most)];
    }),
  );
}

/** Counts keys, each with its spellings. */
class Tally {
  private readonly spellings = new Map<string, Map<string, number>>();

  add(key: string, spelling: string): void {
    const known = this.spellings.get(key) ?? new Map<string, number>();
    known.set(spelling, (known.get(spelling) ?? 0) + 1);
    this.spellings.set(key, known);
  }

  /** Most frequent first; equal counts in alphabetical order. */
  counts(): WordCount[] {
    return [...this.spellings]
      .map(([key, spellings]) => {
        const byCount = [...spellings].sort(([, one], [, other]) => other - one);
        return { key, word: byCount[0][0], count: byCount.reduce((sum, [, count]) => sum + count, 0) };
      })
      .sort((one, other) => other.count - one.count || (one.key < other.key ? -1 : 1))
      .map(({ word, count }) => ({ word, count }));
  }
}

/** Letters, digits and accents, with apostrophes inside. */
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*/gu;
const POSSESSIVE = /['’]s$/i;

/** The words of a text that are counted. Words are neighbours if only spaces or a hyphen are between them. */
function occurrences(text: string, stopWords: ReadonlySet<string>): Occurrence[] {
  const found: Occurrence[] = [];
  let previousEnd: number | undefined;
  for (const match of text.matchAll(WORD)) {
    const end = match.index + match[0].length;
    const whole = match[0].toLowerCase().replaceAll('’', "'");
    const spelling = match[0].replace(POSSESSIVE, '').replaceAll('’', "'");
    const key = spelling.toLowerCase();
    const counts = [...key].length > 1 && /\p{L}/u.test(key) && !stopWords.has(whole) && !stopWords.has(key);
    if (counts) {
      const between = previousEnd === undefined ? '.' : text.slice(previousEnd, match.index);
      found.push({ spelling, key, follows: /^[\s-]+$/.test(between) });
    }
    previousEnd = counts ? end : undefined;
  }
  return found;
}

const pairKey = (first: string, second: string) => `${first} ${second}`;

/** The likelihood ratio of each pair of neighbours that is a collocation. */
function collocationsOf(lines: readonly (readonly Occurrence[])[]): Map<string, number> {
  const single = new Map<string, number>();
  const pairs = new Map<string, { pair: number; members: [string, string] }>();
  let words = 0;
  for (const line of lines)
    for (const [place, { key, follows }] of line.entries()) {
      words++;
      single.set(key, (single.get(key) ?? 0) + 1);
      if (!follows) continue;
      const before = line[place - 1].key;
      const name = pairKey(before, key);
      const known = pairs.get(name);
      if (known) known.pair++;
      else pairs.set(name, { pair: 1, members: [before, key] });
    }
  const ratios = new Map<string, number>();
  for (const [name, { pair, members }] of pairs) {
    const [first, second] = members.map((key) => single.get(key)!);
    const counts = { pair, first, second, words };
    if (isCollocation(counts)) ratios.set(name, likelihoodRatio(counts));
  }
  return ratios;
}

/** The places in a text where a collocation begins; none overlaps another. */
function collocationStarts(line: readonly Occurrence[], ratios: ReadonlyMap<string, number>): Set<number> {
  const candidates = line.flatMap(({ key, follows }, place) => {
    const ratio = follows ? ratios.get(pairKey(line[place - 1].key, key)) : undefined;
    return ratio === undefined ? [] : [{ start: place - 1, ratio }];
  });
  const starts = new Set<number>();
  for (const { start } of candidates.sort((one, other) => other.ratio - one.ratio || one.start - other.start))
    if (!starts.has(start - 1) && !starts.has(start + 1)) starts.add(start);
  return starts;
}
