import { SingleBar } from 'cli-progress';

/** How long work tells how far it is. `total` in the same unit as `done`; `note` is a short text beside the bar. */
export interface Progress {
  update(done: number, total: number, note?: string): void;
  end(): void;
}

export const silentProgress: Progress = { update() {}, end() {} };

/** A bar on standard error when that is a terminal; nothing when it is a file or a pipe. */
export function terminalProgress(title: string): Progress {
  if (!process.stderr.isTTY) return silentProgress;
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {note}`,
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
