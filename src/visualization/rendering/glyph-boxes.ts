import { FONT_FAMILY, fontFiles, textWidth } from './font';

/** A rectangle; y grows downwards. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Font size of the measured glyphs, and the cell of each, in pixels. */
const SIZE = 48;
const CELL = 2 * SIZE;

const known = new Map<string, Box | null>();

/**
 * Returns the boxes of a word's glyphs, without the white space around them, in pixels from the left end of the baseline. Blank glyphs
 * have none. Accurate to a fiftieth of the font size, but for the kerning, which moves glyphs together.
 */
export function glyphBoxes(word: string, fontSize: number): Box[] {
  measure(word);
  const boxes: Box[] = [];
  let x = 0;
  for (const character of word) {
    const box = known.get(character);
    if (box)
      boxes.push({
        left: x + box.left * fontSize,
        right: x + box.right * fontSize,
        top: box.top * fontSize,
        bottom: box.bottom * fontSize,
      });
    x += textWidth(character, fontSize);
  }
  return boxes;
}

/** Measures, at once, the characters of a text that are not known yet: draws them side by side and looks for ink. */
export function measure(text: string): void {
  const characters = [...new Set(text)].filter((character) => !known.has(character));
  if (characters.length === 0) return;
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const drawn = characters.map((character, index) => {
    const code = character.codePointAt(0)!;
    // XML has no control characters, noncharacters and lone halves of surrogate pairs; none has a glyph.
    const blank = code < 32 || (code >= 0xd800 && code <= 0xdfff) || (code & 0xfffe) === 0xfffe;
    return blank ? '' : `<text x="${SIZE / 2}" y="${index * CELL + 1.25 * SIZE}">&#${code};</text>`;
  });
  const { pixels, width } = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * CELL}" height="${characters.length * CELL}" ` +
      `font-family="${FONT_FAMILY}" font-size="${SIZE}">${drawn.join('')}</svg>`,
    { font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: FONT_FAMILY } },
  ).render();
  for (const [index, character] of characters.entries()) {
    const box = { left: Number.POSITIVE_INFINITY, right: 0, top: Number.POSITIVE_INFINITY, bottom: 0 };
    for (let y = index * CELL; y < (index + 1) * CELL; y++)
      for (let x = 0; x < width; x++) {
        if (pixels[4 * (y * width + x) + 3] === 0) continue;
        box.left = Math.min(box.left, x);
        box.right = Math.max(box.right, x + 1);
        box.top = Math.min(box.top, y);
        box.bottom = Math.max(box.bottom, y + 1);
      }
    const across = (x: number) => x / SIZE - 0.5;
    const down = (y: number) => (y - index * CELL) / SIZE - 1.25;
    known.set(
      character,
      box.right === 0
        ? null
        : { left: across(box.left), right: across(box.right), top: down(box.top), bottom: down(box.bottom) },
    );
  }
}
