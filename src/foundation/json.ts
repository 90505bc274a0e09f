/** Characters up to which a text is parsed as it is: what it could cost is bearable. */
const SMALL = 1_000_000;
const DEEPEST = 1000;
const MOST_VALUES = 10_000_000;

/**
 * `JSON.parse` for texts of others: one that would fill the memory with nothing but brackets and commas is refused first.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  if (text.length > SMALL) checkCost(text);
  return JSON.parse(text);
}

function checkCost(text: string): void {
  let depth = 0;
  let values = 0;
  for (let place = 0; place < text.length; place++) {
    switch (text.charCodeAt(place)) {
      case 0x22: // "
        place = endOfString(text, place);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEEPEST) throw new SyntaxError(`nested more than ${DEEPEST} levels deep`);
        values++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
        values++;
    }
    if (values > MOST_VALUES) throw new SyntaxError(`more than ${MOST_VALUES} values`);
  }
}

/** The place of the quote that ends the string which begins at `start`; the text's end where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
