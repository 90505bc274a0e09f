import { readFileSync } from 'node:fs';
import { notebookKernel, optionalPackage } from '../../foundation';
import type { Figure } from '../figure';
import { composeLayout } from '../rendering/compose';
import { renderPng } from '../rendering/render';

/**
 * Shows a figure below the notebook cell: always as PNG, which needs neither trust nor network; with `interactive` also as an
 * interactive view with hover and zoom. Does nothing outside a notebook; use `saveFigure` there.
 */
export async function showFigure(figure: Figure, options: { interactive?: boolean } = {}): Promise<void> {
  const display = notebookKernel()?.display;
  if (!display) return;
  display.png(await renderPng(figure));
  if (options.interactive) display.html(interactiveHtml(figure));
}

interface NotebookPlot {
  render(): string;
}

/**
 * Renders the figure as HTML with scripts, for trusted notebooks.
 *
 * plotly-notebook-js creates the view, but would load Plotly, in a version from 2016, from a network address or a path that few
 * servers have. The output therefore embeds the Plotly that drew the picture (1.1 MB, works offline), with the alias `plot` that
 * the package calls.
 */
export function interactiveHtml(figure: Figure): string {
  const { createPlot } = optionalPackage<{
    createPlot: new (data: unknown[], layout: unknown) => NotebookPlot;
  }>('plotly-notebook-js', 'The interactive view of a figure');
  const plotly = readFileSync(require.resolve('plotly.js-basic-dist-min'), 'utf8');
  const layout = composeLayout(figure);
  let plot = new createPlot(figure.data, layout).render();
  // A text of the figure must not end the script.
  for (const json of [JSON.stringify(figure.data), JSON.stringify(layout)]) {
    plot = plot.replace(json, () => json.replaceAll('<', '\\u003c'));
  }
  // The package names its element by the clock, so two figures of one cell would get the same name.
  interactiveCount++;
  plot = plot.replaceAll(/notebook-plot-\d+/g, (id) => `${id}-${interactiveCount}`);
  return `<script>if (!window.Plotly) {\n${plotly}\n}\nPlotly.plot ??= Plotly.newPlot;</script>${plot}`;
}

let interactiveCount = 0;
