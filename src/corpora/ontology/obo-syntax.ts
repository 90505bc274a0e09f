/**
 * The syntax of single lines of OBO (The OBO Flat File Format Specification, versions 1.2 and 1.4): escapes, comments, trailing
 * modifiers, quoted strings and lists of references.
 */

/** Escapes that do not stand for the character itself. */
const SPECIAL: Record<string, string> = { n: '\n', t: '\t', W: ' ' };

/** Replaces the escapes of OBO: `\n`, `\t`, `\W` (a space), and any other character for itself. */
export function unescapeObo(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\s\S])/g, (_, character: string) => SPECIAL[character] ?? character);
}

/** A comment: an exclamation mark after a blank. */
const COMMENT = /(?:^|\s)!/;

/** Returns an unquoted value without its comment (` ! …`) and trailing modifiers, with escapes replaced. */
export function plainValue(value: string): string {
  let text = value;
  if (text.includes('!')) text = text.slice(0, COMMENT.exec(text)?.index);
  text = text.trim();
  if (text.endsWith('}')) text = withoutModifiers(text);
  return unescapeObo(text);
}

/** The opening of modifiers, as in `{source="GOC:x", is_inferred="true"}`. Braces of a chemical name are followed by no `=`. */
const MODIFIER = /^ \{\s*[\w:.-]+\s*=/;

function withoutModifiers(text: string): string {
  for (let start = text.indexOf(' {'); start >= 0; start = text.indexOf(' {', start + 1)) {
    if (MODIFIER.test(text.slice(start, start + 100))) return text.slice(0, start).trimEnd();
  }
  return text;
}

const WORD = /(?:\\[\s\S]|[^\\\s{!])+/y;

/** Returns up to `count` leading words of a value (ids, relations), with escapes replaced; comments and modifiers end them. */
export function leadingWords(value: string, count: number): string[] {
  const words: string[] = [];
  let place = 0;
  while (words.length < count) {
    while (value[place] === ' ' || value[place] === '\t') place++;
    WORD.lastIndex = place;
    const word = WORD.exec(value)?.[0];
    if (word === undefined) break;
    words.push(unescapeObo(word));
    place += word.length;
  }
  return words;
}

/**
 * Reads a quoted string at the start of a value.
 *
 * @returns its text with escapes replaced, and what follows; undefined if there is no quote, or the quote is not closed
 */
export function quotedString(value: string): { text: string; rest: string } | undefined {
  if (value[0] !== '"') return undefined;
  for (let end = value.indexOf('"', 1); end >= 0; end = value.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (value[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0)
      return { text: unescapeObo(value.slice(1, end)), rest: value.slice(end + 1).trimStart() };
  }
  return undefined;
}

/** Returns the ids in a bracketed list such as `[GOC:ai "a person, at GO", PMID:1234]`; none if there is no list. */
export function referenceList(value: string): string[] {
  if (value[0] !== '[') return [];
  const references: string[] = [];
  let id = '';
  let isQuoted = false;
  for (let place = 1; place < value.length; place++) {
    const character = value[place];
    if (character === '\\') {
      if (!isQuoted) id += value.slice(place, place + 2);
      place++;
    } else if (character === '"') {
      isQuoted = !isQuoted; // the description of a reference
    } else if (!isQuoted && (character === ',' || character === ']')) {
      if (id.trim() !== '') references.push(unescapeObo(id.trim()));
      if (character === ']') break;
      id = '';
    } else if (!isQuoted) {
      id += character;
    }
  }
  return references;
}
