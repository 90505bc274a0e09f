/** Control characters (C0 and C1), bidirectional marks, line separators, byte order marks, lone surrogates. */
const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;

/**
 * Foreign text for a terminal or a message: characters that would move the cursor, change colours or hide text are shown as
 * escapes. `keep` lists characters to leave as they are, such as a line feed.
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

/** The same JSON value with hidden characters escaped: `\u009b` where `JSON.stringify` leaves U+009B. */
export function printableJson(json: string): string {
  return json.replace(HIDDEN, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
