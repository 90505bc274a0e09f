/** Control characters (C0 and C1), bidirectional marks, line separators, byte order marks, lone surrogates. */
const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;

/**
 * Makes untrusted text safe for a terminal or message: escapes characters that would move the cursor, change colours or hide text.
 * `keep` lists characters to leave unescaped, such as a line feed.
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

/** Escapes hidden characters in JSON without changing its value: `\u009b` where `JSON.stringify` leaves U+009B. */
export function printableJson(json: string): string {
  return json.replace(HIDDEN, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
