/** Controls of C0 and C1, marks that reverse the direction of writing, line separators, halves of surrogate pairs. */
const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;

/**
 * Foreign text for a terminal or a message: what would move the cursor, change colours, or hide is shown as an escape, so that a
 * name cannot disguise itself. `keep` lists characters that stay, a line feed say.
 *
 * @example printable('PMC1\u001b[31m') // 'PMC1\\x1b[31m'
 */
export function printable(text: string, keep = ''): string {
  return text.replace(HIDDEN, (character) => (keep.includes(character) ? character : escaped(character)));
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** JSON whose strings hold no hidden characters: the same value, with `\u009b` where `JSON.stringify` leaves U+009B. */
export function printableJson(json: string): string {
  return json.replace(HIDDEN, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
