import { answerParent, InputError, ProcessEnded, startProcess } from '../../foundation';
import type { Outcome } from './trial';

/** As much of what a process said before it died as its reason may quote. */
const QUOTED = 300;

/**
 * Does a trial in a process of its own, whose memory is free afterwards, and whose death is a failed trial and no more.
 *
 * @param module its program, which calls `answerTrial` @param job plain data
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

/** The other side: does the job that it is given and answers with what came of it. */
export function answerTrial<Job extends object>(run: (job: Job) => Promise<Outcome>): void {
  const answer = (job: Job) =>
    run(job).catch((error: Error) => ({
      failed: error instanceof InputError ? error.message : `${error.stack}`,
    }));
  // Ctrl-C goes to all processes of a terminal; what becomes of trials, the search decides.
  answerParent(answer, { ignored: ['SIGINT'] });
}
