import type { Entity } from '../inference';

/** A part of a text between two borders of mentions. */
export interface Piece {
  text: string;
  /** The mentions that cover it, the longest first; none for text between mentions. */
  covering: Entity[];
  /** Those of them that end here. */
  ending: Entity[];
}

/**
 * Divides `text.slice(start, end)` at the borders of mentions, which may overlap.
 *
 * @param entities those that begin in the range, in text order
 */
export function piecesOf(text: string, entities: readonly Entity[], start: number, end: number): Piece[] {
  const borders = [...new Set([start, end, ...entities.flatMap((entity) => [entity.start, entity.end])])]
    .filter((place) => place >= start && place <= end)
    .sort((one, other) => one - other);
  const longestFirst = [...entities].sort((one, other) => other.end - other.start - (one.end - one.start));
  return borders.slice(1).map((to, index) => {
    const from = borders[index];
    const covering = longestFirst.filter((entity) => entity.start <= from && entity.end >= to);
    return { text: text.slice(from, to), covering, ending: covering.filter((entity) => entity.end === to) };
  });
}

/** A range of a text that is shown as one block. */
export interface Block {
  start: number;
  end: number;
  entities: Entity[];
}

/** UTF-16 code units after which a block ends at the next white space. */
const LONGEST_BLOCK = 4_000;

/** Divides a text into lines, and long ones at white space, never within a mention. @param entities in text order */
export function blocksOf(text: string, entities: readonly Entity[]): Block[] {
  const blocks: Block[] = [];
  let next = 0;
  for (let start = 0; start < text.length; ) {
    let end = endOfBlock(text, start);
    const first = next;
    // A mention that crosses the end moves it to the end of another line.
    for (; next < entities.length && entities[next].start < end; next++)
      if (entities[next].end > end) end = endOfBlock(text, entities[next].end - 1);
    if (end > start && text.slice(start, end).trim() !== '')
      blocks.push({ start, end, entities: entities.slice(first, next) });
    start = end;
  }
  return blocks;
}

/** Returns the end of the line around a place, or of its part that is not too long. */
function endOfBlock(text: string, start: number): number {
  const line = text.indexOf('\n', start);
  const end = line < 0 ? text.length : line + 1;
  if (end - start <= LONGEST_BLOCK) return end;
  const blank = text.slice(start + LONGEST_BLOCK, start + 2 * LONGEST_BLOCK).search(/\s/);
  const place = start + LONGEST_BLOCK + (blank < 0 ? LONGEST_BLOCK : blank + 1);
  if (place >= end) return end;
  return /[\udc00-\udfff]/.test(text[place]) ? place + 1 : place;
}
