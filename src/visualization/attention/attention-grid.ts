import { axis, type Figure, formatPercent } from '../figure';
import { encodePng } from '../rendering/png';
import { type Attention, CAUTION, checkAttention } from './attention';

const WIDTH = 960;
/** For title and reading beside few heads. */
const LEAST_WIDTH = 520;
/** Pixels of a map's side, and between maps. */
const SIDE = { least: 18, most: 110 };
const GAP = 4;
/** Pixels of the picture per pixel of the layout, as figures are drawn. */
const SCALE = 2;
/** Colours of the weights 0 and 1. */
const RAMP = [
  [240, 243, 248],
  [8, 48, 107],
];

/**
 * All heads of all layers as small heat maps: a row of a map is a token that attends, a column one that is attended to, the first token at the
 * top left; darker is more, on a square-root scale, since most weights are small. Layers and heads count from 1.
 */
export function attentionGrid(attention: Attention): Figure {
  checkAttention(attention);
  const { tokens, layers } = attention;
  const heads = Math.max(...layers.map((own) => own.length));
  const side = Math.max(SIDE.least, Math.min(SIDE.most, Math.floor((WIDTH + GAP) / heads) - GAP));
  const extent = (count: number) => count * (side + GAP) - GAP;
  const [width, height] = [extent(heads), extent(layers.length)];
  const figureWidth = Math.max(LEAST_WIDTH, width + 80);
  const picture = drawMaps(attention, side, width, height).toString('base64');
  const middle = (place: number) => place * (side + GAP) + side / 2;
  const numbers = (count: number) => Array.from({ length: count }, (_, place) => place);
  const ticks = (count: number) => ({
    tickvals: numbers(count).map(middle),
    ticktext: numbers(count).map((place) => `${place + 1}`),
  });
  const plain = { showgrid: false, ticks: '', fixedrange: true };
  const maps = layers.flatMap((own, layer) => own.map((_, head) => ({ layer, head })));
  return {
    data: [
      {
        // Invisible: only names the maps in the interactive view.
        type: 'scatter',
        mode: 'markers',
        x: maps.map(({ head }) => middle(head)),
        y: maps.map(({ layer }) => middle(layer)),
        hovertext: maps.map(({ layer, head }) => `layer ${layer + 1}, head ${head + 1}`),
        hoverinfo: 'text',
        marker: { size: side, symbol: 'square', opacity: 0 },
      },
    ],
    layout: {
      width: figureWidth,
      height: height + 64,
      margin: { l: 60, r: figureWidth - 60 - width, t: 8, b: 56 },
      showlegend: false,
      hovermode: 'closest',
      xaxis: axis('head', { ...plain, ...ticks(heads), range: [0, width] }),
      yaxis: axis('layer', { ...plain, ...ticks(layers.length), range: [height, 0] }),
      images: [
        {
          source: `data:image/png;base64,${picture}`,
          ...{ xref: 'x', yref: 'y', x: 0, y: 0, sizex: width, sizey: height, sizing: 'stretch' },
          layer: 'below',
        },
      ],
    },
    title: 'Attention of all layers and heads',
    reading:
      `One map for each head, ${tokens.length} × ${tokens.length} tokens: rows attend to columns, darker is more (square-root scale). ` +
      `On average ${formatPercent(shareOfEnds(attention))} of a row is on the first and the last token, special tokens in most encoders. ${CAUTION}`,
  };
}

/** Draws all maps into one picture; where a map has more tokens than pixels, a pixel shows the largest of its weights. */
function drawMaps({ tokens, layers }: Attention, side: number, width: number, height: number): Buffer {
  const [columns, rows] = [width * SCALE, height * SCALE];
  const pixels = new Uint8Array(columns * rows * 3).fill(255);
  const size = side * SCALE;
  /** The tokens of a pixel: from the first to before the last. */
  const parts = Array.from({ length: size }, (_, pixel) => {
    const start = Math.floor((pixel * tokens.length) / size);
    return [start, Math.max(start + 1, Math.floor(((pixel + 1) * tokens.length) / size))];
  });
  for (const [layer, heads] of layers.entries())
    for (const [head, weights] of heads.entries()) {
      const [left, top] = [head * (side + GAP) * SCALE, layer * (side + GAP) * SCALE];
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          let weight = 0;
          for (let row = parts[y][0]; row < parts[y][1]; row++)
            for (let column = parts[x][0]; column < parts[x][1]; column++)
              weight = Math.max(weight, weights[row * tokens.length + column]);
          const strength = Math.sqrt(Math.min(1, weight));
          const place = 3 * ((top + y) * columns + left + x);
          for (let channel = 0; channel < 3; channel++)
            pixels[place + channel] = Math.round(
              RAMP[0][channel] + strength * (RAMP[1][channel] - RAMP[0][channel]),
            );
        }
    }
  return encodePng(pixels, columns, rows);
}

/** Mean weight of the first and the last token together, over all rows. */
function shareOfEnds({ tokens, layers }: Attention): number {
  const last = tokens.length - 1;
  let [sum, rows] = [0, 0];
  for (const weights of layers.flat())
    for (let row = 0; row < tokens.length; row++) {
      const start = row * tokens.length;
      sum += weights[start] + (last > 0 ? weights[start + last] : 0);
      rows++;
    }
  return sum / rows;
}
