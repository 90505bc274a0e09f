import { InputError, printable } from '../../foundation';
import { type Figure, plainText, type Trace } from '../figure';
import { INK, LABEL_COLOURS } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { type Attention, CAUTION, checkAttention } from './attention';

const LINES = { width: 560, step: 21 };
const TOKEN = { size: 12, mostWidth: 190 };
/** The key of heads: pixels of an entry and of a row. */
const KEY = { width: 74, height: 22 };
/** Lighter lines are not drawn: they could hardly be seen, and there are thousands of them. */
const LEAST_WEIGHT = 0.1;
/** Share of a row over which the lines of different heads are spread. */
const SPREAD = 0.5;

/**
 * One layer of attention: tokens at the left attend to tokens at the right. Each head has its colour; the opacity of a line is the
 * weight.
 *
 * @param layer from 1 to the number of layers
 */
export function attentionLayer(attention: Attention, layer: number): Figure {
  checkAttention(attention);
  const { layers } = attention;
  const heads = layers[layer - 1];
  if (!heads)
    throw new InputError(
      `there is no layer ${layer}; give a number from 1 to ${layers.length}, the number of layers`,
    );
  const tokens = attention.tokens.map((token) => fitText(printable(token), TOKEN.mostWidth, TOKEN.size));
  const column = 14 + Math.max(...tokens.map((token) => textWidth(token, TOKEN.size)));
  const [width, height] = [LINES.width + 2 * column + 24, tokens.length * LINES.step];
  const keysInRow = Math.floor((width - 32) / KEY.width);
  const top = 12 + Math.ceil(heads.length / keysInRow) * KEY.height;
  const hidden = { visible: false, fixedrange: true };
  return {
    data: [tokenTrace(tokens, 0, 'middle left'), tokenTrace(tokens, LINES.width, 'middle right')],
    layout: {
      width,
      height: height + top + 12,
      margin: { l: 0, r: 0, t: top, b: 12 },
      showlegend: false,
      hovermode: false,
      // Both axes are in pixels.
      xaxis: { ...hidden, range: [-column - 12, LINES.width + column + 12] },
      yaxis: { ...hidden, range: [height, 0] },
      images: [
        {
          // One picture in place of thousands of lines, which Plotly would draw slowly.
          source: `data:image/svg+xml;base64,${Buffer.from(linesSvg(heads, tokens.length)).toString('base64')}`,
          ...{ xref: 'x', yref: 'y', x: 0, y: 0, sizex: LINES.width, sizey: height, sizing: 'stretch' },
          layer: 'below',
        },
      ],
      annotations: heads.map((_, head) => ({
        text: `<span style="color:${colourOf(head)}">■</span> head ${head + 1}`,
        ...{ xref: 'paper', yref: 'paper', x: 0, y: 1, xanchor: 'left', yanchor: 'top' },
        xshift: 16 + (head % keysInRow) * KEY.width,
        yshift: top - Math.floor(head / keysInRow) * KEY.height,
        ...{ showarrow: false, borderpad: 0, font: { size: TOKEN.size, color: INK } },
      })),
    },
    title: `Attention of layer ${layer}`,
    reading: `Tokens at the left attend to tokens at the right; the opacity of a line is the weight (at least ${LEAST_WEIGHT}), its colour the head. ${CAUTION}`,
  };
}

/** The lines of all heads as an SVG document, weak ones first. */
function linesSvg(heads: readonly Float32Array[], tokens: number): string {
  const lines = heads.flatMap((weights, head) =>
    Array.from(weights, (weight, place) => ({
      ...{ weight, head },
      from: Math.floor(place / tokens),
      to: place % tokens,
    })).filter(({ weight }) => weight >= LEAST_WEIGHT),
  );
  const drawn = lines
    .sort((one, other) => one.weight - other.weight)
    .map(({ weight, head, from, to }) => {
      const shift = 0.5 + (heads.length < 2 ? 0 : SPREAD * (head / (heads.length - 1) - 0.5));
      const y = (row: number) => ((row + shift) * LINES.step).toFixed(1);
      const opacity = Math.min(1, weight).toFixed(3);
      return `<line x1="0" y1="${y(from)}" x2="${LINES.width}" y2="${y(to)}" stroke="${colourOf(head)}" stroke-opacity="${opacity}"/>`;
    });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LINES.width}" height="${tokens * LINES.step}" ` +
    `stroke-width="1.5">${drawn.join('')}</svg>`
  );
}

const colourOf = (head: number) => LABEL_COLOURS[head % LABEL_COLOURS.length];

function tokenTrace(tokens: readonly string[], x: number, textposition: string): Trace {
  return {
    type: 'scatter',
    mode: 'markers+text',
    x: tokens.map(() => x),
    y: tokens.map((_, row) => (row + 0.5) * LINES.step),
    text: tokens.map(plainText),
    textposition,
    textfont: { size: TOKEN.size, color: INK },
    marker: { size: 4, color: INK },
    hoverinfo: 'skip',
  };
}
