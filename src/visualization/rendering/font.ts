import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Font family of all figures; the files are included in the package, so that pictures are the same everywhere. */
export const FONT_FAMILY = 'DejaVu Sans';

const FONT_FILES = {
  regular: 'DejaVuSans.ttf',
  bold: 'DejaVuSans-Bold.ttf',
  oblique: 'DejaVuSans-Oblique.ttf',
};

export function fontFiles(): string[] {
  const folder = dirname(require.resolve('dejavu-fonts-ttf/package.json'));
  return Object.values(FONT_FILES).map((file) => join(folder, 'ttf', file));
}

/** Glyph widths of a font relative to the font size. */
interface FontMetrics {
  advance(codePoint: number): number;
  /** Ascent and descent from the baseline, relative to the font size. */
  ascent: number;
  descent: number;
}

/**
 * Reads the tables of a TrueType file that determine line widths: `head` (units per em), `hhea`, `hmtx` (advance widths) and
 * format 4 of `cmap` (Unicode's basic plane to glyphs). See the OpenType specification, sections of these names.
 */
function readMetrics(path: string): FontMetrics {
  const file = readFileSync(path);
  const tables = new Map<string, number>();
  for (let entry = 12; entry < 12 + file.readUInt16BE(4) * 16; entry += 16) {
    tables.set(file.toString('latin1', entry, entry + 4), file.readUInt32BE(entry + 8));
  }
  const unitsPerEm = file.readUInt16BE(tables.get('head')! + 18);
  const hhea = tables.get('hhea')!;
  const hmtx = tables.get('hmtx')!;
  const advances = file.readUInt16BE(hhea + 34);

  const cmap = tables.get('cmap')!;
  let subtable = 0;
  for (let record = 0; record < file.readUInt16BE(cmap + 2); record++) {
    const offset = cmap + file.readUInt32BE(cmap + 4 + record * 8 + 4);
    if (file.readUInt16BE(offset) === 4) subtable = offset;
  }
  const segments = file.readUInt16BE(subtable + 6) / 2;
  const [ends, starts, deltas, offsets] = [0, 1, 2, 3].map(
    (array) => subtable + 14 + array * segments * 2 + (array > 0 ? 2 : 0),
  );
  const glyphOf = (code: number): number => {
    for (let segment = 0; segment < segments; segment++) {
      if (code > file.readUInt16BE(ends + segment * 2)) continue;
      const start = file.readUInt16BE(starts + segment * 2);
      if (code < start) return 0;
      const delta = file.readUInt16BE(deltas + segment * 2);
      const rangeOffset = file.readUInt16BE(offsets + segment * 2);
      if (rangeOffset === 0) return (code + delta) & 0xffff;
      const glyph = file.readUInt16BE(offsets + segment * 2 + rangeOffset + (code - start) * 2);
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };

  const known = new Map<number, number>();
  return {
    ascent: file.readInt16BE(hhea + 4) / unitsPerEm,
    descent: -file.readInt16BE(hhea + 6) / unitsPerEm,
    advance(codePoint) {
      let width = known.get(codePoint);
      if (width === undefined) {
        const glyph = Math.min(codePoint > 0xffff ? 0 : glyphOf(codePoint), advances - 1);
        width = file.readUInt16BE(hmtx + glyph * 4) / unitsPerEm;
        known.set(codePoint, width);
      }
      return width;
    },
  };
}

const loaded = new Map<string, FontMetrics>();

export function fontMetrics(weight: 'regular' | 'bold' = 'regular'): FontMetrics {
  const metrics = loaded.get(weight) ?? readMetrics(fontFiles()[weight === 'bold' ? 1 : 0]);
  loaded.set(weight, metrics);
  return metrics;
}

/** Returns the width of one line of text in pixels. */
export function textWidth(text: string, fontSize: number, weight: 'regular' | 'bold' = 'regular'): number {
  const metrics = fontMetrics(weight);
  let width = 0;
  for (const character of text) width += metrics.advance(character.codePointAt(0)!);
  return width * fontSize;
}

/** Cuts a text with an ellipsis if it is wider than `width` pixels. */
export function fitText(
  text: string,
  width: number,
  fontSize: number,
  weight: 'regular' | 'bold' = 'regular',
): string {
  if (textWidth(text, fontSize, weight) <= width) return text;
  const room = width - textWidth('…', fontSize, weight);
  return `${beginning([...text], room, fontSize, weight)
    .join('')
    .trimEnd()}…`;
}

/** Returns the leading characters of a text that fit into `width` pixels, at least one. */
function beginning(
  characters: readonly string[],
  width: number,
  fontSize: number,
  weight: 'regular' | 'bold',
): readonly string[] {
  let [count, taken] = [0, 0];
  while (count < characters.length) {
    taken += textWidth(characters[count], fontSize, weight);
    if (count > 0 && taken > width) break;
    count++;
  }
  return characters.slice(0, count);
}

/** Breaks a text at spaces into lines of at most `width` pixels; longer words are broken too. */
export function wrapText(
  text: string,
  width: number,
  fontSize: number,
  weight: 'regular' | 'bold' = 'regular',
): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && textWidth(longer, fontSize, weight) <= width) {
      lines[lines.length - 1] = longer;
      continue;
    }
    let rest: readonly string[] = [...word];
    while (rest.length > 0) {
      const piece = beginning(rest, width, fontSize, weight);
      lines.push(piece.join(''));
      rest = rest.slice(piece.length);
    }
  }
  return lines;
}
