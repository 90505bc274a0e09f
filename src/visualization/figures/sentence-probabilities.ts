import { InputError } from '../../foundation';
import { type Threshold, thresholdOf } from '../../tokenization';
import { axis, type Figure, plainText, type Trace } from '../figure';
import { INK, labelColours, MUTED, strongestBehindText, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, labelsIn } from '../shown-labels';
import type { TokenProbabilities } from './token-probabilities';

/** A sentence with its tokens' positions in the text and their probabilities from `probabilitiesByClass`. */
export interface SentenceProbabilities extends Omit<TokenProbabilities, 'tokens' | 'threshold'> {
  text: string;
  starts: ArrayLike<number>; // [tokens]
  ends: ArrayLike<number>; // [tokens]
  /** Where the sentence is from. */
  note: string;
}

// In pixels.
const WIDTH = 960;
const EDGE = 20;
const FONT_SIZE = 12.5;
const BOX_HEIGHT = 20;
const LINE_HEIGHT = 31;
const NOTE_HEIGHT = 20;
const HEADING_HEIGHT = 40;
const PALE = 0.25;
/** Maximum number of panels, since each shows all sentences. */
const MOST_PANELS = 12;

/** A token on its line: left edge, width, and the top of its box. */
interface Place {
  x: number;
  y: number;
  width: number;
}

/**
 * Token probabilities of several sentences set as text, one panel per label: the bar behind a token is as high as its probability,
 * gold mentions are underlined. A label's panel shows the sentences annotated for it.
 *
 * @param threshold a token is predicted if its probability reaches its label's threshold, and its bar is strong
 */
export function sentenceProbabilities(
  sentences: readonly SentenceProbabilities[],
  threshold: Threshold,
): Figure {
  if (sentences.length === 0) throw new InputError('There is no sentence to draw; give at least one');
  const labels = labelsIn(sentences.map(({ probabilities }) => probabilities));
  const colours = labelColours(labels);
  const goldTokens = (label: string) =>
    sentences.reduce((sum, { gold }) => sum + (gold[label]?.filter(Boolean).length ?? 0), 0);
  const { shown, note } = chooseLabels(labels, {
    most: MOST_PANELS,
    weight: goldTokens,
    which: 'those with the most gold tokens',
  });
  const words = { x: [] as number[], y: [] as number[], text: [] as string[] };
  const underlines = { x: [] as (number | null)[], y: [] as (number | null)[] };
  const annotations: Record<string, unknown>[] = [];
  const write = (text: string, y: number, font: Record<string, unknown>) =>
    annotations.push({ text, x: 0, y, xanchor: 'left', yanchor: 'middle', showarrow: false, font });
  const left = new Set<string>();
  let bottom = 0;
  const bars = shown.map((label): Trace => {
    const heading = fitText(label, WIDTH - 2 * EDGE, 14, 'bold');
    const strongest = strongestBehindText(colours[label]);
    write(`<b>${plainText(heading)}</b>`, bottom + HEADING_HEIGHT / 2, { size: 14, color: INK });
    bottom += HEADING_HEIGHT;
    const places: (Place & { probability: number; token: string })[] = [];
    for (const { text, starts, ends, note, probabilities, gold } of sentences) {
      const inGold = gold[label];
      if (!inGold) continue;
      left.add(label);
      write(plainText(note), bottom + NOTE_HEIGHT / 2, { size: 11, color: MUTED });
      const tokens = layOut(text, starts, ends, bottom + NOTE_HEIGHT);
      tokens.forEach((place, index) => {
        const token = text.slice(starts[index], ends[index]);
        places.push({ ...place, probability: probabilities[label][index], token });
        words.x.push(place.x);
        words.y.push(place.y + BOX_HEIGHT / 2);
        words.text.push(plainText(token));
        if (!inGold[index]) return;
        // Up to the next token if that is gold too, so that a mention has one continuous line.
        const next = tokens[index + 1];
        const goesOn = inGold[index + 1] && next?.y === place.y;
        underlines.x.push(place.x, goesOn ? next.x : place.x + place.width, null);
        underlines.y.push(place.y + BOX_HEIGHT + 3, place.y + BOX_HEIGHT + 3, null);
      });
      bottom = (tokens.at(-1)?.y ?? bottom) + LINE_HEIGHT;
    }
    if (!left.has(label)) {
      write('<i>none of the sources is annotated for this label</i>', bottom + 8, {
        size: 11.5,
        color: MUTED,
      });
      bottom += LINE_HEIGHT;
    }
    return {
      type: 'bar',
      name: plainText(label),
      x: places.map(({ x, width }) => x + width / 2),
      // Upwards, while the axis runs down the page.
      y: places.map(({ probability }) => -probability * BOX_HEIGHT),
      base: places.map(({ y }) => y + BOX_HEIGHT),
      width: places.map(({ width }) => width),
      marker: {
        color: places.map(({ probability }) =>
          withOpacity(colours[label], probability >= thresholdOf(threshold, label) ? strongest : PALE),
        ),
      },
      hovertext: places.map(({ token, probability }) => `${plainText(token)}: ${probability.toFixed(3)}`),
      hoverinfo: 'text',
    };
  });
  const hidden = { showgrid: false, showline: false, showticklabels: false, ticks: '', fixedrange: true };
  return {
    data: [
      ...bars,
      {
        ...{ type: 'scatter', mode: 'lines', ...underlines, hoverinfo: 'none' },
        line: { color: INK, width: 2.6 },
      },
      {
        ...{ type: 'scatter', mode: 'text', ...words, textposition: 'middle right', hoverinfo: 'none' },
        textfont: { size: FONT_SIZE, color: INK },
      },
    ],
    layout: {
      width: WIDTH,
      height: bottom + 16,
      margin: { l: EDGE, r: EDGE, t: 0, b: 16 },
      barmode: 'overlay',
      showlegend: false,
      xaxis: axis('', { ...hidden, range: [0, WIDTH - 2 * EDGE] }),
      yaxis: axis('', { ...hidden, range: [bottom, 0] }),
      annotations,
    },
    title: titleOf(sentences, threshold, [...left]),
    reading: `The bar behind a token is as high as its probability, and strong from the label's threshold on; gold is underlined.${note}`,
  };
}

/** Lays out tokens on lines as in the text; lines break at white space. */
function layOut(text: string, starts: ArrayLike<number>, ends: ArrayLike<number>, top: number): Place[] {
  const places: Place[] = [];
  const widthOf = (start: number, end: number) => textWidth(text.slice(start, end), FONT_SIZE);
  let [x, y] = [0, top];
  for (let token = 0; token < starts.length; token++) {
    const isWordStart = token > 0 && starts[token] > ends[token - 1];
    if (isWordStart) {
      x += widthOf(ends[token - 1], starts[token]);
      let last = token;
      while (last + 1 < starts.length && starts[last + 1] === ends[last]) last++;
      if (x + widthOf(starts[token], ends[last]) > WIDTH - 2 * EDGE) [x, y] = [0, y + LINE_HEIGHT];
    }
    const width = widthOf(starts[token], ends[token]);
    places.push({ x, y, width });
    x += width;
  }
  return places;
}

function titleOf(
  sentences: readonly SentenceProbabilities[],
  threshold: Threshold,
  shown: readonly string[],
): string {
  let [gold, found, extra] = [0, 0, 0];
  for (const { probabilities, gold: ofLabels } of sentences) {
    for (const label of shown) {
      ofLabels[label]?.forEach((isGold, token) => {
        const isPredicted = probabilities[label][token] >= thresholdOf(threshold, label);
        if (isGold) gold++;
        if (isGold && isPredicted) found++;
        if (!isGold && isPredicted) extra++;
      });
    }
  }
  return `In these sentences ${found} of ${gold} gold tokens are found, and ${extra} others are marked`;
}
