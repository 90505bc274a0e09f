import { SingleBar } from 'cli-progress';
import { notebookKernel } from './notebook';

/** Reports the progress of long work. `total` has the unit of `done`; `note` is a short text beside the bar. */
export interface Progress {
  update(done: number, total: number, note?: string): void;
  end(): void;
}

export const silentProgress: Progress = { update() {}, end() {} };

/** Shows a progress bar in the notebook cell or on the terminal; shows none when output goes to a file. */
export function showProgress(title: string): Progress {
  const kernel = notebookKernel();
  if (kernel) return notebookProgress(title, kernel.newDisplay());
  return process.stderr.isTTY ? terminalProgress(title) : silentProgress;
}

function terminalProgress(title: string): Progress {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% | {value}/{total} {note}`,
    stream: process.stderr,
    hideCursor: true,
  });
  let started = false;
  return {
    update(done, total, note = '') {
      if (!started) bar.start(total, done, { note });
      else bar.setTotal(total);
      started = true;
      bar.update(done, { note });
    },
    end() {
      if (started) bar.stop();
    },
  };
}

/** Jupyter front ends lag if a display is redrawn more often than this. */
const REDRAW_EVERY_MS = 500;

function notebookProgress(title: string, display: { html(source: string): void }): Progress {
  const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  let drawnAt = 0;
  let waiting: (() => void) | undefined;
  const redraw = (draw: () => void) => {
    draw();
    drawnAt = Date.now();
    waiting = undefined;
  };
  return {
    update(done, total, note = '') {
      const draw = () =>
        display.html(
          `${escapeHtml(title)} <progress max="${total}" value="${done}"></progress> ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${escapeHtml(note)}`,
        );
      if (done >= total || Date.now() - drawnAt >= REDRAW_EVERY_MS) redraw(draw);
      else waiting = draw;
    },
    end() {
      if (waiting) redraw(waiting);
    },
  };
}

/** Formats a duration, for example "2:05 min" or "3 h 20 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${minutes}:${String(whole % 60).padStart(2, '0')} min`;
}
