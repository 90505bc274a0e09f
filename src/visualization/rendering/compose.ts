import { type Figure, type Layout, plainText } from '../figure';
import { INK, MUTED } from '../palette';
import { FONT_FAMILY, wrapText } from './font';

/** In pixels; defaults are taken from the figure's layout. */
export interface Size {
  width?: number;
  height?: number;
}

const EDGE = 16;
const TITLE_SIZE = 17;
const READING_SIZE = 12.5;
const LINE_SPACING = 1.3;

/**
 * Returns the layout to draw: the figure's own, with title and reading above it, wrapped to the width. The picture grows by their
 * height, so that the size of the plot is unchanged.
 */
export function composeLayout(figure: Figure, size: Size = {}): Layout {
  const { margin, annotations } = figure.layout;
  const width = size.width ?? figure.layout.width;
  const title = wrapText(figure.title, width - 2 * EDGE, TITLE_SIZE, 'bold');
  const reading = wrapText(figure.reading, width - 2 * EDGE, READING_SIZE);
  const readingHeight = reading.length * READING_SIZE * LINE_SPACING;
  const header = EDGE + title.length * TITLE_SIZE * LINE_SPACING + readingHeight + 14;
  return {
    font: { family: `${FONT_FAMILY}, Verdana, sans-serif`, size: READING_SIZE, color: INK },
    paper_bgcolor: 'white',
    plot_bgcolor: 'white',
    ...figure.layout,
    width,
    height: size.height ?? figure.layout.height + header,
    margin: { ...margin, t: margin.t + header },
    title: {
      text: `<b>${title.map(plainText).join('<br>')}</b>`,
      font: { size: TITLE_SIZE },
      x: 0,
      xref: 'container',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      // Plotly places a single line below this point, but the first of several lines above it.
      pad: { l: EDGE, t: EDGE + (title.length > 1 ? TITLE_SIZE * 0.7 : 0) },
    },
    annotations: [
      ...(annotations ?? []),
      {
        text: reading.map(plainText).join('<br>'),
        font: { size: READING_SIZE, color: MUTED },
        align: 'left',
        xref: 'paper',
        yref: 'paper',
        x: 0,
        y: 1,
        xanchor: 'left',
        yanchor: 'bottom',
        xshift: EDGE - margin.l - 1,
        yshift: margin.t + 12,
        borderpad: 0,
        showarrow: false,
      },
    ],
  };
}
