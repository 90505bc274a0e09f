/**
 * Normalizes a text so that equivalent spellings are equal, with a map back to the original offsets.
 *
 * White space of every kind becomes one space, every dash and minus a hyphen, curly quotes straight ones, invisible
 * characters nothing, and each character its Unicode compatibility decomposition (NFKD), so that `µ` (micro sign) meets
 * `μ` (Greek), `ﬁ` meets `fi` and `é` meets `e` with a combining accent.
 */
export interface NormalizedText {
  text: string;
  /** For each code unit of `text`: where the character it comes from starts in the original, and where it ends. */
  starts: Uint32Array;
  ends: Uint32Array;
}

const SAME: Record<string, string | undefined> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '“': '"',
  '”': '"',
  '„': '"',
};
const DASH = /^[\p{Dash_Punctuation}\u2212\u00ad\u2043]$/u;
/** With the control characters, some of which are line breaks (U+0085) that JavaScript does not count. */
const WHITE_SPACE = /^[\s\p{Control}]$/u;
const INVISIBLE = /^[\u200b-\u200f\u2060\ufeff]$/;
/** Text that `normalizeText` does not change: printable ASCII with single spaces. */
const PLAIN = /^(?! )(?:[!-~]| (?! ))*$/;

/** Leading white space is kept as one space. Runs in time linear in the length. */
export function normalizeText(original: string): NormalizedText {
  if (PLAIN.test(original)) return plain(original);
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  let afterSpace = false;
  for (let start = 0, end = 0; start < original.length; start = end) {
    const character = String.fromCodePoint(original.codePointAt(start) as number);
    end = start + character.length;
    const piece = normalizeCharacter(character);
    if (piece === '') continue;
    if (piece === ' ' && afterSpace) {
      ends[ends.length - 1] = end;
      continue;
    }
    afterSpace = piece === ' ';
    text += piece;
    for (let unit = 0; unit < piece.length; unit++) {
      starts.push(start);
      ends.push(end);
    }
  }
  return { text, starts: new Uint32Array(starts), ends: new Uint32Array(ends) };
}

function plain(text: string): NormalizedText {
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  for (let place = 0; place < text.length; place++) {
    starts[place] = place;
    ends[place] = place + 1;
  }
  return { text, starts, ends };
}

const known = new Map<string, string>();

function normalizeCharacter(character: string): string {
  if (character >= '!' && character <= '~') return character;
  let piece = known.get(character);
  if (piece === undefined) {
    if (INVISIBLE.test(character))
      piece = ''; // first: a byte order mark counts as white space in JavaScript
    else if (WHITE_SPACE.test(character)) piece = ' ';
    else if (DASH.test(character)) piece = '-';
    // A lone accent on a space (`´`) decomposes into a space and a mark: the mark alone is kept.
    else piece = SAME[character] ?? (character.normalize('NFKD').replace(/\s/g, '') || character);
    known.set(character, piece);
  }
  return piece;
}
