const WORD = /\S+/g;

/** Returns the first words of a text, separated by single spaces; words are separated by white space. */
export function openingOf(text: string, words: number): string {
  const opening: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    if (opening.length >= words) break;
    opening.push(word);
  }
  return opening.join(' ');
}

/** Returns the text without its first words and the white space that follows them. */
export function withoutFirstWords(text: string, words: number): string {
  let seen = 0;
  for (const { index } of text.matchAll(WORD)) if (seen++ >= words) return text.slice(index);
  return '';
}
