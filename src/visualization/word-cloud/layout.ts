import { createRandom, type Random } from '../../foundation';
import { textWidth } from '../rendering/font';
import { type Box, glyphBoxes } from '../rendering/glyph-boxes';

export interface CloudWord {
  text: string;
  /** Greater than zero. */
  count: number;
}

/** A word of the cloud with its font size, and the middle of its baseline in pixels from the top left corner. */
export interface PlacedWord extends CloudWord {
  fontSize: number;
  x: number;
  baseline: number;
}

export interface CloudSize {
  width: number;
  height: number;
  /** Words that would be smaller are left out. */
  smallestFont: number;
}

const LARGEST_FONT = 130;
/** Share of the picture that the boxes of glyphs cover at most; more has never found room. */
const FULLEST = 0.5;
const SHRINK = 0.94;
/** White between words, in pixels, and a share of the font size for kerning. */
const CLEARANCE = { across: 4, along: 1.5, share: 0.03 };
/** Pixels between two turns of the spiral, and between two places on it. */
const SPIRAL = { pitch: 7, step: 5 };

/**
 * Places words in a picture so that none touches another: the largest first, each at a place around the centre drawn with the seed, or
 * where a spiral from there first finds room (J. Feinberg, Wordle, in: Beautiful Visualization, O'Reilly, 2010). Font sizes grow with
 * the square root of the count, and shrink together until every word has room.
 *
 * d3-cloud, the usual library, draws words on a browser's canvas to find free pixels. Canvases for Node are native packages, so this
 * compares the boxes of glyphs instead. All words are horizontal, to be read at a glance.
 *
 * @param words most frequent first
 */
export function placeWords(words: readonly CloudWord[], seed: number, size: CloudSize): PlacedWord[] {
  if (words.length === 0) return [];
  let largest = Math.min(LARGEST_FONT, ...words.slice(0, 1).map(({ text }) => fullWidth(text, size)));
  const most = words[0].count;
  const sizeOf = ({ count }: CloudWord) => largest * Math.sqrt(count / most);
  const inkOf = (word: CloudWord) =>
    glyphBoxes(word.text, sizeOf(word)).reduce(
      (sum, { left, right, top, bottom }) => sum + (right - left) * (bottom - top),
      0,
    );
  const ink = words.reduce((sum, word) => sum + inkOf(word), 0);
  largest *= Math.min(1, Math.sqrt((FULLEST * size.width * size.height) / ink));
  largest = Math.max(size.smallestFont, largest);
  while (true) {
    const shown = words.filter((word) => sizeOf(word) >= size.smallestFont);
    const sized = shown.map((word) => ({ ...word, fontSize: sizeOf(word) }));
    // At the smallest size, words that find no room stay out.
    const mayLeaveOut = largest === size.smallestFont;
    const placed = placeSized(sized, createRandom(seed), size, mayLeaveOut);
    if (placed) return placed;
    largest = Math.max(size.smallestFont, largest * SHRINK);
  }
}

/** The font size at which a word is as wide as the picture, with some room to the sides. */
function fullWidth(text: string, { width }: CloudSize): number {
  return (0.92 * width) / Math.max(0.5, textWidth(text, 1));
}

/** Places the words that find room; returns undefined if one finds none and none may be left out. */
function placeSized(
  words: readonly (CloudWord & { fontSize: number })[],
  random: Random,
  size: CloudSize,
  mayLeaveOut: boolean,
): PlacedWord[] | undefined {
  const taken: Obstacle[] = [];
  const placed: PlacedWord[] = [];
  for (const word of words) {
    const shape = shapeOf(word);
    const place = findRoom(shape, random, taken, size);
    if (place) {
      taken.push(moved(shape, place));
      placed.push({ ...word, x: place.x, baseline: place.y });
    } else if (!mayLeaveOut) return undefined;
  }
  return placed;
}

/** The box of a word, and of each of its glyphs. */
interface Obstacle {
  outline: Box;
  glyphs: Box[];
}

/** Relative to the middle of the baseline; the outline with half of the clearance between words, as each glyph. */
function shapeOf({ text, fontSize }: { text: string; fontSize: number }): Obstacle {
  const halfAcross = (CLEARANCE.across + CLEARANCE.share * fontSize) / 2;
  const halfAlong = (CLEARANCE.along + CLEARANCE.share * fontSize) / 2;
  const middle = textWidth(text, fontSize) / 2;
  const glyphs = glyphBoxes(text, fontSize).map(({ left, right, top, bottom }) => ({
    left: left - middle - halfAcross,
    right: right - middle + halfAcross,
    top: top - halfAlong,
    bottom: bottom + halfAlong,
  }));
  return { outline: union(glyphs), glyphs };
}

function union(boxes: readonly Box[]): Box {
  const box = { left: 0, right: 0, top: 0, bottom: 0 };
  for (const { left, right, top, bottom } of boxes) {
    box.left = Math.min(box.left, left);
    box.right = Math.max(box.right, right);
    box.top = Math.min(box.top, top);
    box.bottom = Math.max(box.bottom, bottom);
  }
  return box;
}

function moved({ outline, glyphs }: Obstacle, { x, y }: { x: number; y: number }): Obstacle {
  const move = (box: Box): Box => ({
    left: box.left + x,
    right: box.right + x,
    top: box.top + y,
    bottom: box.bottom + y,
  });
  return { outline: move(outline), glyphs: glyphs.map(move) };
}

/** Follows the spiral from a random place to the first free one, the middle of the word's baseline. */
function findRoom(
  shape: Obstacle,
  random: Random,
  taken: readonly Obstacle[],
  { width, height }: CloudSize,
): { x: number; y: number } | undefined {
  const { outline } = shape;
  // The mean of two numbers is more often near the centre.
  const start = {
    x: (width * (random.next() + random.next())) / 2,
    y: (height * (random.next() + random.next())) / 2,
  };
  // The first word is centred; elsewhere it would leave no room for others of its size.
  if (taken.length === 0) {
    start.x = width / 2;
    start.y = height / 2 - (outline.top + outline.bottom) / 2;
  }
  const farthest = Math.hypot(width, height);
  for (let angle = 0; ; ) {
    const radius = (SPIRAL.pitch * angle) / (2 * Math.PI);
    if (radius > farthest) return undefined;
    const [x, y] = [start.x + radius * Math.cos(angle), start.y + radius * Math.sin(angle)];
    angle += SPIRAL.step / Math.max(SPIRAL.step, radius);
    const inside =
      x + outline.left >= 0 &&
      x + outline.right <= width &&
      y + outline.top >= 0 &&
      y + outline.bottom <= height;
    if (inside && isFree(shape, { x, y }, taken)) return { x, y };
  }
}

function isFree(shape: Obstacle, place: { x: number; y: number }, taken: readonly Obstacle[]): boolean {
  const { x, y } = place;
  const { left, right, top, bottom } = shape.outline;
  const outline = { left: left + x, right: right + x, top: top + y, bottom: bottom + y };
  const near = taken.filter((other) => intersect(outline, other.outline));
  if (near.length === 0) return true;
  const { glyphs } = moved(shape, place);
  return !near.some((other) =>
    other.glyphs.some((box) => intersect(outline, box) && glyphs.some((glyph) => intersect(glyph, box))),
  );
}

function intersect(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
