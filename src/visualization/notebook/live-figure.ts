import { notebookKernel } from '../../foundation';
import type { Figure } from '../figure';
import { renderPng } from '../rendering/render';

/** A picture below the notebook cell that is drawn anew in its place. Outside a notebook nothing happens. */
export interface LiveFigure<Data> {
  /** Draws, unless the last drawing is not long ago: drawing takes time that the work it shows would miss. */
  update(data: Data): void;
  /** Draws a last time. */
  end(data: Data): Promise<void>;
}

/** @param secondsBetween drawings, at least */
export function liveFigure<Data>(draw: (data: Data) => Figure, secondsBetween = 15): LiveFigure<Data> {
  const display = notebookKernel()?.newDisplay();
  let drawnAt = Date.now();
  let drawing: Promise<void> = Promise.resolve();
  let isDrawing = false;
  const redraw = (data: Data) => {
    isDrawing = true;
    drawing = renderPng(draw(data))
      .then((picture) => display?.png(picture))
      .finally(() => {
        isDrawing = false;
        drawnAt = Date.now();
      });
    return drawing;
  };
  return {
    update(data) {
      if (!display || isDrawing || Date.now() - drawnAt < secondsBetween * 1000) return;
      // What cannot be drawn yet is drawn later or, at the end, told.
      redraw(data).catch(() => {});
    },
    async end(data) {
      if (!display) return;
      await drawing.catch(() => {});
      await redraw(data);
    },
  };
}
