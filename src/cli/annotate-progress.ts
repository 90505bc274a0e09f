import { formatDuration } from '../foundation';
import type { Totals } from '../inference';
import { notice } from './output';

/** Between two lines where no one watches: in a log file. */
const LOG_EVERY_SECONDS = 10;
const REDRAW_EVERY_SECONDS = 0.2;

/**
 * Reports on standard error how far a run is: a line that is drawn anew on a terminal, one every ten seconds elsewhere.
 *
 * @param before what an earlier run had done
 * @param bytes of all inputs; 0 where that is not known
 */
export function annotateProgress(before: Totals, bytes: number, stream = process.stderr) {
  const start = performance.now();
  let reportedAt = 0;
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) stream.write('\r\u001b[K');
    isDrawn = false;
  };
  return {
    update(totals: Totals): void {
      const seconds = (performance.now() - start) / 1000;
      if (seconds - reportedAt < (stream.isTTY ? REDRAW_EVERY_SECONDS : LOG_EVERY_SECONDS)) return;
      reportedAt = seconds;
      clear();
      const line = progressLine(totals, before, bytes, seconds);
      stream.write(stream.isTTY ? line : `${line}\n`);
      isDrawn = Boolean(stream.isTTY);
    },
    /** A message between two updates. */
    tell(message: string): void {
      clear();
      notice(message);
    },
    end: clear,
  };
}

/** Such as `1,200 documents (34%), 56.1 documents/s, 410 sentences/s, 2:05 min left`. */
export function progressLine(totals: Totals, before: Totals, bytes: number, seconds: number): string {
  const rate = (key: 'documents' | 'sentences') =>
    ((totals[key] - before[key]) / seconds).toLocaleString('en-US', { maximumSignificantDigits: 3 });
  const parts = [
    `${totals.documents.toLocaleString('en-US')} documents`,
    `${rate('documents')} documents/s`,
    `${rate('sentences')} sentences/s`,
  ];
  const gained = totals.bytes - before.bytes;
  if (bytes > 0 && gained > 0) {
    parts[0] += ` (${Math.min(100, Math.floor((100 * totals.bytes) / bytes))}%)`;
    parts.push(`${formatDuration((seconds * Math.max(0, bytes - totals.bytes)) / gained)} left`);
  }
  return parts.join(', ');
}
