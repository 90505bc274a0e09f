import { answerParent, InputError, ProcessEnded, startProcess } from '../../foundation';
import type { Outcome } from './trial';

/** Number of characters of a dead process's output to quote in its reason. */
const QUOTED = 300;

/**
 * Runs a trial in a separate process: its memory is freed when it ends, and a crash is only a failed trial.
 *
 * @param module the program, which calls `answerTrial` @param job plain data
 * @throws AbortError when the signal fires, after which the process is killed
 */
export async function runInProcess<Job extends object>(
  module: string,
  job: Job,
  { signal, environment }: { signal: AbortSignal; environment?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  signal.throwIfAborted();
  const trial = startProcess<Job, Outcome>(module, { environment });
  const interrupt = () => void trial.end();
  signal.addEventListener('abort', interrupt);
  try {
    return await trial.ask(job);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProcessEnded) || error.cause) throw error;
    const { signal: killedBy, status, lastWords } = error;
    const end = killedBy
      ? `was killed by ${killedBy}`
      : `ended with status ${status}: ${lastWords.slice(-QUOTED)}`;
    return { failed: `its process ${end.trim()}` };
  } finally {
    signal.removeEventListener('abort', interrupt);
    await trial.end();
  }
}

/** The child's side: runs the job that it receives and answers with the outcome. */
export function answerTrial<Job extends object>(run: (job: Job) => Promise<Outcome>): void {
  const answer = (job: Job) =>
    run(job).catch((error: Error) => ({
      failed: error instanceof InputError ? error.message : `${error.stack}`,
    }));
  // Ctrl-C is sent to all processes of a terminal; the search decides what happens to its trials.
  answerParent(answer, { ignored: ['SIGINT'] });
}
