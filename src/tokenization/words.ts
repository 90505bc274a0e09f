import type { TextRange } from '../foundation';

const CHUNK = /\S+/g;
const MARK = /^[\p{P}\p{S}]$/u;

/**
 * Splits a text into words as CoNLL data does: at white space, with punctuation at the ends as separate words. `Rome's (U.N.)` ->
 * `Rome's`, `(`, `U.N`, `.`, `)`
 */
export function wordsOf(text: string): TextRange[] {
  const words: TextRange[] = [];
  for (const { 0: chunk, index } of text.matchAll(CHUNK)) {
    const characters = [...chunk];
    let first = 0;
    let last = characters.length;
    while (first < last && MARK.test(characters[first])) first++;
    while (last > first && MARK.test(characters[last - 1])) last--;
    let place = index;
    const push = (length: number) => {
      words.push({ start: place, end: place + length });
      place += length;
    };
    for (const character of characters.slice(0, first)) push(character.length);
    if (last > first) push(characters.slice(first, last).join('').length);
    for (const character of characters.slice(last)) push(character.length);
  }
  return words;
}
