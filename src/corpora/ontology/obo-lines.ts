import { readLines } from '../../foundation';

/** Yields non-empty lines with their numbers. A line that ends with an unescaped backslash continues in the next one. */
export function* logicalLines(file: string): Generator<{ text: string; number: number }> {
  let number = 0;
  let begun: { text: string; number: number } | undefined;
  for (const line of readLines(file)) {
    number++;
    const text = begun ? begun.text + line : line;
    const first = begun?.number ?? number;
    begun = undefined;
    if (text.startsWith('!')) continue; // a comment does not continue
    if (text.endsWith('\\') && endsOpen(text)) begun = { text: text.slice(0, -1), number: first };
    else if (text.trim() !== '') yield { text, number: first };
  }
  if (begun) yield begun;
}

function endsOpen(text: string): boolean {
  let backslashes = 0;
  while (text[text.length - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
