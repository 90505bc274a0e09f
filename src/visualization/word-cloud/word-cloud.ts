import { InputError, printable } from '../../foundation';
import type { WordCount } from '../../preprocessing';
import { type Figure, formatNumber, plainText } from '../figure';
import { listLabels } from '../shown-labels';
import { type PlacedWord, placeWords } from './layout';

const SIDE = 800;
/** White around all words. */
const EDGE = 8;
const SMALLEST_FONT = 10;
const MOST_WORDS = 200;
/** Words longer than this, in characters, are cut. */
const LONGEST_WORD = 40;
/** Plotly draws the middle of a text a quarter of the font size above its baseline. */
const MIDDLE = 0.25;

/** Colours of the rainbow, dark enough on white to be read (contrast of at least 4.5, WCAG 2.2). */
export const RAINBOW: readonly string[] = [
  '#6A1B9A',
  '#3949AB',
  '#0067B3',
  '#007A78',
  '#2A7F2E',
  '#7A6A00',
  '#B35000',
  '#C62828',
  '#AD1457',
];

/**
 * A word cloud of the most frequent words, at most 200: the font size grows with the square root of the count, the colour has no meaning. The
 * same counts and seed give the same picture. The exact counts are read better from a bar chart beside it.
 *
 * @param counts most frequent first, from `countWords`
 * The `title` says what the texts are, such as "Definitions of the Gene Ontology".
 *
 * @example
 * await saveFigure(wordCloud(countWords(texts), { title: 'Abstracts', seed: 13 }), 'words.png');
 */
export function wordCloud(
  counts: readonly WordCount[],
  { title, seed }: { title: string; seed: number },
): Figure {
  if (counts.length === 0)
    throw new InputError(
      'There is no word to draw; count the words of at least one text with other words than stop words',
    );
  for (const { word, count } of counts)
    if (!(count > 0 && Number.isFinite(count)))
      throw new InputError(
        `"${printable(word)}": a count of ${count} cannot be drawn; give counts above zero`,
      );
  const ordered = counts
    .toSorted((one, other) => other.count - one.count || (one.word < other.word ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(({ word, count }) => ({ text: cut(printable(word)), count }));
  const placed = placeWords(ordered, seed, {
    width: SIDE - 2 * EDGE,
    height: SIDE - 2 * EDGE,
    smallestFont: SMALLEST_FONT,
  });
  const hidden = { visible: false, fixedrange: true };
  return {
    data: [
      {
        type: 'scatter',
        mode: 'text',
        x: placed.map(({ x }) => x),
        y: placed.map(({ baseline, fontSize }) => baseline - MIDDLE * fontSize),
        text: placed.map(({ text }) => plainText(text)),
        hovertext: placed.map(({ text, count }) => `${plainText(text)}: ${formatNumber(count)}`),
        hoverinfo: 'text',
        cliponaxis: false,
        textposition: 'middle center',
        textfont: {
          size: placed.map(({ fontSize }) => fontSize),
          color: placed.map((_, rank) => RAINBOW[(rank * COLOUR_STEP + seed) % RAINBOW.length]),
        },
      },
    ],
    layout: {
      width: SIDE,
      height: SIDE,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      showlegend: false,
      xaxis: { ...hidden, range: [-EDGE, SIDE - EDGE] },
      yaxis: { ...hidden, range: [SIDE - EDGE, -EDGE] },
    },
    title,
    reading: reading(placed, counts.length),
  };
}

/** Neighbouring ranks get colours far apart. */
const COLOUR_STEP = 4;

function cut(word: string): string {
  const characters = [...word];
  return characters.length > LONGEST_WORD ? `${characters.slice(0, LONGEST_WORD - 1).join('')}…` : word;
}

function reading(drawn: readonly PlacedWord[], all: number): string {
  const frequent = drawn.slice(0, 3).map(({ text, count }) => `${text} (${formatNumber(count)})`);
  const those = drawn.length === 1 ? 'The most frequent' : `The ${formatNumber(drawn.length)} most frequent`;
  const others = drawn.length < all ? `${those} of ${formatNumber(all)} words. ` : '';
  return `${others}The font size grows with the square root of a word's count; colours have no meaning. Most frequent: ${listLabels(frequent)}.`;
}
