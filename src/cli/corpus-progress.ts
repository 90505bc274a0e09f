import { formatDuration } from '../foundation';
import type { Totals } from '../inference';
import { notice } from './output';

/** What a run counts; texts are not split into sentences. */
export type Items = 'documents' | 'texts';

/** Between two lines when the output is not a terminal, such as a log file. */
const LOG_EVERY_SECONDS = 10;
const REDRAW_EVERY_SECONDS = 0.2;

/**
 * Reports the progress of a run on standard error: one line that is redrawn on a terminal, a new line every ten seconds elsewhere.
 *
 * @param before totals of an earlier run
 * @param bytes of all inputs; 0 if unknown
 */
export function corpusProgress(before: Totals, bytes: number, items: Items, stream = process.stderr) {
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
      const line = progressLine(totals, before, { bytes, seconds, items });
      stream.write(stream.isTTY ? line : `${line}\n`);
      isDrawn = Boolean(stream.isTTY);
    },
    /** Prints a message between two updates. */
    tell(message: string): void {
      clear();
      notice(message);
    },
    end: clear,
  };
}

/** Formats, for example, `1,200 documents (34%), 56.1 documents/s, 410 sentences/s, 2:05 min left`. */
export function progressLine(
  totals: Totals,
  before: Totals,
  { bytes, seconds, items }: { bytes: number; seconds: number; items: Items },
): string {
  const rate = (key: 'documents' | 'sentences', name: string) =>
    `${((totals[key] - before[key]) / seconds).toLocaleString('en-US', { maximumSignificantDigits: 3 })} ${name}/s`;
  const parts = [
    `${totals.documents.toLocaleString('en-US')} ${items}`,
    rate('documents', items),
    ...(items === 'documents' ? [rate('sentences', 'sentences')] : []),
  ];
  const gained = totals.bytes - before.bytes;
  if (bytes > 0 && gained > 0) {
    parts[0] += ` (${Math.min(100, Math.floor((100 * totals.bytes) / bytes))}%)`;
    parts.push(`${formatDuration((seconds * Math.max(0, bytes - totals.bytes)) / gained)} left`);
  }
  return parts.join(', ');
}
