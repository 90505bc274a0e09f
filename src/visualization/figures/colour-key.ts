import { plainText } from '../figure';
import { INK } from '../palette';
import { fitText, textWidth } from '../rendering/font';

// In pixels.
const SIZE = 12;
const LINE_HEIGHT = 19;
const GAP = 18;
const LONGEST_NAME = 300;
const MARK = '■ ';
/** Below the key. */
const CLEARANCE = 8;

/**
 * A key above the plot: a coloured square and a name per entry, in lines of at most `width` pixels.
 *
 * @param left pixels from the plot's left edge, negative to the left of it
 * @returns annotations, and the height that the top margin must have
 */
export function colourKey(
  entries: readonly { name: string; colour: string }[],
  { width, left }: { width: number; left: number },
): { annotations: Record<string, unknown>[]; height: number } {
  let [x, line] = [0, 0];
  const placed = entries.map(({ name, colour }) => {
    const text = fitText(name, LONGEST_NAME, SIZE);
    const extent = textWidth(MARK + text, SIZE);
    if (x > 0 && x + extent > width) [x, line] = [0, line + 1];
    const place = { text, colour, x, line };
    x += extent + GAP;
    return place;
  });
  return {
    annotations: placed.map((place) => ({
      text: `<span style="color:${place.colour}">${MARK.trim()}</span> ${plainText(place.text)}`,
      ...{ xref: 'paper', x: 0, xanchor: 'left', xshift: left + place.x },
      ...{ yref: 'paper', y: 1, yanchor: 'bottom', yshift: CLEARANCE + (line - place.line) * LINE_HEIGHT },
      showarrow: false,
      borderpad: 0,
      font: { size: SIZE, color: INK },
    })),
    height: entries.length ? (line + 1) * LINE_HEIGHT + CLEARANCE : 0,
  };
}
