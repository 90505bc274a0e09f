import { notebookKernel } from '../../foundation';
import type { Figure } from '../figure';
import { renderPng } from '../rendering/render';

/** A picture below the notebook cell that is updated in place. Does nothing outside a notebook. */
export interface LiveFigure<Data> {
  /** Draws, unless the last drawing was recent, since drawing slows the work that it shows. */
  update(data: Data): void;
  /** Draws a last time. */
  end(data: Data): Promise<void>;
}

/** @param secondsBetween minimum seconds between drawings */
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
      // A failure is retried later or, at the end, reported.
      redraw(data).catch(() => {});
    },
    async end(data) {
      if (!display) return;
      await drawing.catch(() => {});
      await redraw(data);
    },
  };
}
