import { readFileSync } from 'node:fs';
import { InputError, writeFileAtomically } from '../../foundation';
import type { Figure } from '../figure';
import { composeLayout, type Size } from './compose';
import { FONT_FAMILY, fontFiles } from './font';
import { installTextBoxes } from './text-boxes';

/** The part of Plotly's interface in use. */
interface Plotly {
  toImage(
    figure: { data: unknown[]; layout: unknown; config: unknown },
    options: { format: 'svg'; imageDataOnly: true; width: number; height: number },
  ): Promise<string>;
}

let plotly: Plotly | undefined;

/** Loads Plotly with its own document in this process. Takes a second the first time, so it is not done on import. */
function loadPlotly(): Plotly {
  if (!plotly) {
    const { JSDOM } = require('jsdom') as typeof import('jsdom');
    const { window } = new JSDOM('<!doctype html><body></body>', {
      runScripts: 'outside-only',
      pretendToBeVisual: true,
    });
    installTextBoxes(window.SVGElement.prototype);
    window.eval(readFileSync(require.resolve('plotly.js-basic-dist-min'), 'utf8'));
    plotly = window.Plotly as Plotly;
  }
  return plotly;
}

/** Renders the figure as a standalone SVG document; its texts use the font {@link FONT_FAMILY}. */
export async function renderSvg(figure: Figure, size: Size = {}): Promise<string> {
  const layout = composeLayout(figure, size);
  return loadPlotly().toImage(
    // Plotly writes defaults into its arguments, so pass a copy.
    structuredClone({ data: figure.data, layout, config: { staticPlot: true } }),
    { format: 'svg', imageDataOnly: true, width: layout.width, height: layout.height },
  );
}

/**
 * Renders the figure as PNG. `width` and `height` in layout pixels (default: the figure's own), `scale` in picture pixels per layout
 * pixel (2: sharp on dense screens and in print). Draws in this process, without browser or network.
 */
export async function renderPng(
  figure: Figure,
  { scale = 2, ...size }: Size & { scale?: number } = {},
): Promise<Uint8Array> {
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const svg = await renderSvg(figure, size);
  const picture = new Resvg(svg, {
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: FONT_FAMILY },
    fitTo: { mode: 'zoom', value: scale },
    background: 'white',
  }).render();
  return picture.asPng();
}

/** Writes the figure as a PNG file, atomically. */
export async function saveFigure(figure: Figure, path: string): Promise<void> {
  if (!path.toLowerCase().endsWith('.png')) {
    throw new InputError(`${path}: figures are saved as PNG; end the file's name in .png`);
  }
  writeFileAtomically(path, await renderPng(figure));
}
