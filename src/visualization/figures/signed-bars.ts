import { InputError } from '../../foundation';
import { axis, type Figure, plainText, type Trace } from '../figure';
import { INK, MUTED } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { nameInTitle } from '../shown-labels';

/** A word of the text with what leaving it out changes. */
export interface WordChange {
  word: string;
  /** Probability without the word minus probability of the whole text, from -1 to 1: below zero, the word speaks for the label. */
  change: number;
}

export interface SignedOptions {
  /** The label whose probability changes. */
  label: string;
  /** Its probability for the whole text, from 0 to 1. */
  probability: number;
}

/** More words are set in columns, and of still more, those with the largest changes are shown. */
const ROWS = 30;
const MOST_COLUMNS = 4;
/** Of probabilities in single precision. */
const ROUNDING = 1e-5;
const FOR = '#0072B2';
const AGAINST = '#D55E00';
// In pixels.
const ROW_HEIGHT = 20;
const LONGEST_WORD = 130;
const SIZE = 12;
const NUMBER_SIZE = 10.5;
/** Of a column: the bars and their numbers, without the words. */
const BARS = { one: 520, several: 200 };
const GAP = 24;

/**
 * The words of a text in order with the change of a label's probability when each is left out: bars to the left fall, so the word
 * speaks for the label. Long texts are set in columns.
 *
 * @throws InputError without words, or if a probability is not from 0 to 1
 * @example
 * signedBars([{ word: 'Catalysis', change: -0.41 }, { word: 'of', change: -0.03 }], { label: 'function', probability: 0.97 });
 */
export function signedBars(words: readonly WordChange[], { label, probability }: SignedOptions): Figure {
  if (words.length === 0) throw new InputError('There is no word to draw; give a text with at least one');
  const isPossible = (value: number) => value >= -ROUNDING && value <= 1 + ROUNDING;
  if (!isPossible(probability))
    throw new InputError(`${label}: the probability is ${probability}; give one from 0 to 1`);
  const wrong = words.find(({ change }) => !isPossible(probability + change));
  if (wrong)
    throw new InputError(
      `${wrong.word}: the probability changes by ${wrong.change} from ${probability}, out of 0 to 1; give its value without the word minus that of the whole text`,
    );
  const shown = largestInOrder(words, ROWS * MOST_COLUMNS);
  const columns = Math.ceil(shown.length / ROWS);
  const rows = Math.ceil(shown.length / columns);
  const fitted = shown.map(({ word }) => fitText(word, LONGEST_WORD, SIZE));
  const nameWidth = 14 + Math.max(...fitted.map((word) => textWidth(word, SIZE)));
  const bars = columns === 1 ? BARS.one : BARS.several;
  const plot = columns * (nameWidth + bars) + (columns - 1) * GAP;
  const most = Math.max(...shown.map(({ change }) => Math.abs(change))) || 1;
  const decimals = decimalsFor(most);
  // Room for the numbers at the ends of the longest bars.
  const reach = most / (1 - (2 * 46) / bars);
  const margin = { l: 16, r: 16, t: 14, b: 54 };
  const layout: Figure['layout'] = {
    width: Math.max(720, plot + margin.l + margin.r),
    height: Math.max(3, rows) * ROW_HEIGHT + margin.t + margin.b,
    margin,
    ...{ bargap: 0.25, showlegend: false },
  };
  const annotations: Record<string, unknown>[] = [];
  const data = Array.from({ length: columns }, (_, column): Trace => {
    const suffix = column === 0 ? '' : String(column + 1);
    const [start, end] = [column * rows, Math.min(shown.length, (column + 1) * rows)];
    const own = shown.slice(start, end);
    const left = column * (nameWidth + bars + GAP) + nameWidth;
    layout[`xaxis${suffix}`] = axis(columns === 1 ? 'change of the probability when left out' : 'change', {
      domain: [left / plot, Math.min(1, (left + bars) / plot)],
      anchor: `y${suffix}`,
      range: [-reach, reach],
      ...{ zeroline: true, zerolinecolor: INK, nticks: columns === 1 ? 9 : 4, showline: true },
    });
    layout[`yaxis${suffix}`] = axis('', {
      anchor: `x${suffix}`,
      range: [Math.max(3, rows) - 0.5, -0.5],
      tickvals: own.map((_, row) => row),
      ticktext: fitted.slice(start, end).map(plainText),
      tickfont: { size: SIZE, color: INK },
      ...{ showgrid: false, ticks: '', ticklabelstandoff: 4 },
    });
    annotations.push(
      ...own.map(({ change }, row) => ({
        text: signed(change, decimals),
        ...{ xref: `x${suffix}`, yref: `y${suffix}`, x: change, y: row },
        ...{ xanchor: change < 0 ? 'right' : 'left', xshift: change < 0 ? -2 : 2, showarrow: false },
        font: { size: NUMBER_SIZE, color: Math.abs(change) < 0.005 ? MUTED : INK },
      })),
    );
    return {
      ...{ type: 'bar', orientation: 'h' },
      x: own.map(({ change }) => change),
      y: own.map((_, row) => row),
      ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
      marker: { color: own.map(({ change }) => (change < 0 ? FOR : AGAINST)) },
      hovertext: own.map(({ word }) => plainText(word)),
      hoverinfo: 'text+x',
    };
  });
  layout.annotations = annotations;
  return { data, layout, ...describe(words, shown, { label, probability }) };
}

/** The words with the largest changes, in the order of the text. */
function largestInOrder(words: readonly WordChange[], most: number): readonly WordChange[] {
  if (words.length <= most) return words;
  const places = words
    .map((_, place) => place)
    .sort((one, other) => Math.abs(words[other].change) - Math.abs(words[one].change));
  return places
    .slice(0, most)
    .sort((one, other) => one - other)
    .map((place) => words[place]);
}

/** Two decimals, and more where all changes are small. */
const decimalsFor = (most: number): number => (most >= 0.05 ? 2 : most >= 0.005 ? 3 : 4);

function signed(change: number, decimals: number): string {
  const digits = Math.abs(change).toFixed(decimals);
  return Number(digits) === 0 ? digits : `${change < 0 ? '−' : '+'}${digits}`;
}

function describe(
  words: readonly WordChange[],
  shown: readonly WordChange[],
  { label, probability }: SignedOptions,
): Pick<Figure, 'title' | 'reading'> {
  const largest = words.reduce((one, other) => (Math.abs(other.change) > Math.abs(one.change) ? other : one));
  const name = nameInTitle(label);
  return {
    title:
      Math.abs(largest.change) < 0.005
        ? `No single word changes the probability of ${name} (${probability.toFixed(2)}) by half a point`
        : `Without “${nameInTitle(largest.word)}”, the probability of ${name} ${largest.change < 0 ? 'falls' : 'rises'} from ${probability.toFixed(2)} to ${(probability + largest.change).toFixed(2)}`,
    reading:
      'Words in the order of the text, each left out once. Bars to the left: the probability falls without the word, so the word supports the label; to the right: it rises.' +
      (shown.length < words.length
        ? ` ${shown.length} of ${words.length} words shown: those with the largest changes.`
        : ''),
  };
}
