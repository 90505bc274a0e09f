import { notice } from './output';

/** Aborts at the first Ctrl-C; the second ends the process. */
export function stopOnInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    notice('Stopping after this step; a second Ctrl-C ends immediately without a checkpoint');
    interrupt.abort();
  });
  return interrupt.signal;
}
