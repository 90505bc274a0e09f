import type { SparseRows } from './sparse-rows';

/** Lengths of n-grams in words: from, to. */
export type NgramRange = readonly [shortest: number, longest: number];

/** Turns texts into weighted term counts. */
export interface Tfidf {
  /** Words and n-grams, sorted. */
  terms: readonly string[];
  /** ln((1 + texts) / (1 + texts with the term)) + 1 // [terms] */
  inverseFrequency: Float64Array;
  /** Rows of length 1, or empty if a text has no known term // [texts][terms] */
  transform(texts: readonly string[]): SparseRows;
}

/** At least two letters, digits or underscores. */
const WORD = /[\p{L}\p{N}_]{2,}/gu;

/**
 * Learns terms and their inverse document frequencies (Spärck Jones 1972, Journal of Documentation 28:11), as scikit-learn's
 * `TfidfVectorizer` does by default: texts in lower case, words of at least two characters, smoothed frequencies, rows scaled to
 * length 1.
 */
export function fitTfidf(texts: readonly string[], range: NgramRange): Tfidf {
  const frequency = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text, range))) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const terms = [...frequency.keys()].sort();
  const inverseFrequency = Float64Array.from(
    terms,
    (term) => Math.log((1 + texts.length) / (1 + frequency.get(term)!)) + 1,
  );
  const numberOf = new Map(terms.map((term, index) => [term, index]));

  function transform(given: readonly string[]): SparseRows {
    const starts = new Int32Array(given.length + 1);
    const columns: number[] = [];
    const values: number[] = [];
    given.forEach((text, row) => {
      const counts = new Map<number, number>();
      for (const term of termsOf(text, range)) {
        const column = numberOf.get(term);
        if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
      }
      let squares = 0;
      for (const [column, count] of counts) squares += (count * inverseFrequency[column]) ** 2;
      for (const [column, count] of counts) {
        columns.push(column);
        values.push((count * inverseFrequency[column]) / Math.sqrt(squares));
      }
      starts[row + 1] = columns.length;
    });
    return {
      width: terms.length,
      starts,
      columns: Int32Array.from(columns),
      values: Float64Array.from(values),
    };
  }

  return { terms, inverseFrequency, transform };
}

/** The n-grams of a text, repeated ones included. */
function termsOf(text: string, [shortest, longest]: NgramRange): string[] {
  const words = text.toLowerCase().match(WORD) ?? [];
  const terms: string[] = [];
  for (let length = shortest; length <= longest; length++)
    for (let start = 0; start + length <= words.length; start++)
      terms.push(length === 1 ? words[start] : words.slice(start, start + length).join(' '));
  return terms;
}
