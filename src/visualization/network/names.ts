import { printable } from '../../foundation';
import { plainText } from '../figure';
import { INK } from '../palette';
import { fitText, textWidth, wrapText } from '../rendering/font';
import { type LabelledDisc, type LabelPlace, placeLabels } from '../rendering/labels';

const FONT_SIZE = 11;
const LONG = { width: 200, lines: 2 };
/** For names that find no room in full. */
const SHORT = { width: 110, lines: 1 };

export interface NamedDisc {
  x: number;
  y: number;
  radius: number;
  name: string;
}

interface Size {
  width: number;
  height: number;
}

/**
 * The names beside discs, as annotations that overlap neither each other nor a disc; earlier discs choose first. Names without room
 * are cut to one short line, and left out if that has no room either.
 */
export function namesWithRoom(discs: readonly NamedDisc[], size: Size): Record<string, unknown>[] {
  const long = discs.map((disc) => ({ ...disc, lines: linesOf(disc.name, LONG) }));
  const first = place(long, size);
  const named = new Set(first.map(({ disc }) => disc));
  if (named.size === discs.length) return first.map(annotation);
  const short = long
    .filter((disc) => !named.has(disc))
    .map((disc) => ({ ...disc, lines: linesOf(disc.name, SHORT) }));
  const second = place([...long.filter((disc) => named.has(disc)), ...short], size);
  return (second.length > first.length ? second : first).map(annotation);
}

function linesOf(name: string, { width, lines: most }: typeof LONG): string[] {
  const lines = wrapText(printable(name), width, FONT_SIZE);
  if (lines.length <= most) return lines.length > 0 ? lines : [' '];
  const last = fitText(lines.slice(most - 1).join(' '), width, FONT_SIZE);
  return [...lines.slice(0, most - 1), last];
}

interface Placed {
  disc: LabelledDisc;
  place: LabelPlace;
}

/** Places names and leaves out those that overlap an earlier name or a disc, or leave the picture. */
function place(discs: readonly LabelledDisc[], { width, height }: Size): Placed[] {
  const places = placeLabels(discs, { width, height, fontSize: FONT_SIZE });
  const boxes: { left: number; right: number; top: number; bottom: number }[] = [];
  return discs.flatMap((disc, rank) => {
    const { dx, dy } = places[rank];
    const halfWidth = Math.max(...disc.lines.map((line) => textWidth(line, FONT_SIZE))) / 2;
    const halfHeight = (disc.lines.length * FONT_SIZE * 1.3) / 2;
    const box = {
      left: disc.x + dx - halfWidth,
      right: disc.x + dx + halfWidth,
      top: disc.y + dy - halfHeight,
      bottom: disc.y + dy + halfHeight,
    };
    const isOutside = box.left < 0 || box.right > width || box.top < 0 || box.bottom > height;
    const hitsText = boxes.some(
      (other) =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
    );
    const hitsDisc = discs.some(
      ({ x, y, radius }) =>
        Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom)) <
        radius,
    );
    if (isOutside || hitsText || hitsDisc) return [];
    boxes.push(box);
    return { disc, place: places[rank] };
  });
}

function annotation({ disc: { x, y, lines }, place: { dx, dy, align } }: Placed): Record<string, unknown> {
  return {
    text: lines.map(plainText).join('<br>'),
    ...{ x, y, xshift: dx, yshift: -dy, xanchor: 'center', yanchor: 'middle', align },
    showarrow: false,
    borderpad: 0,
    bgcolor: 'rgba(255, 255, 255, 0.72)',
    font: { size: FONT_SIZE, color: INK },
  };
}
