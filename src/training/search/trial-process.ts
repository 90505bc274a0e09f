import { fork } from 'node:child_process';
import { InputError } from '../../foundation';
import type { Outcome } from './trial';

/** As much of what a process said before it died as its reason may quote. */
const QUOTED = 300;

/**
 * Does a trial in a process of its own, whose memory is free afterwards, and whose death is a failed trial and no more.
 *
 * @param module its program, which calls `answerTrial` @param job plain data
 * @throws AbortError when the signal fires, after which the process is killed
 */
export function runInProcess<Job extends object>(
  module: string,
  job: Job,
  { signal, environment = {} }: { signal: AbortSignal; environment?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = fork(module, {
      env: { ...process.env, ...environment },
      // A notebook's kernel has options of its own, which are not for others.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced', // JSON has no NaN
      signal,
      killSignal: 'SIGKILL',
    });
    let outcome: Outcome | undefined;
    let complaints = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-QUOTED);
    });
    child.on('message', (message) => {
      outcome = message as Outcome;
    });
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
      if (child.pid === undefined) reject(error);
    });
    child.on('close', (status, killedBy) => {
      if (failure) return reject(failure);
      const end = killedBy ? `was killed by ${killedBy}` : `ended with status ${status}: ${complaints}`;
      resolve(outcome ?? { failed: `its process ${end.trim()}` });
    });
    // A process that is dead already has its 'close'.
    child.send(job, () => {});
  });
}

/** The other side: waits for a job, does it and answers. Ends with the search whose child it is, however that ends. */
export function answerTrial<Job extends object>(run: (job: Job) => Promise<Outcome>): void {
  process.on('disconnect', () => process.exit(1));
  // Ctrl-C goes to all processes of a terminal; what becomes of trials, the search decides.
  process.on('SIGINT', () => {});
  process.once('message', async (job) => {
    const outcome = await run(job as Job).catch((error: Error) => ({
      failed: error instanceof InputError ? error.message : `${error.stack}`,
    }));
    process.send!(outcome, undefined, undefined, () => process.exit(0));
  });
}
