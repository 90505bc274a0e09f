import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { InputError } from '../../foundation';
import { threadsToUse } from './choose';
import type { Answer, Argument, Commands, Reply, Request } from './messages';

/**
 * For glibc's malloc: keep what was freed, for the next step needs as much. Given back and asked for anew, every page of it would
 * be cleared by the kernel (some hundred megabytes a step).
 */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
  MALLOC_TOP_PAD_: String(2 ** 26),
};

/** Characters of what a replica said before it ended by itself. */
const LAST_WORDS = 4000;

/** A replica as seen from the process that trains: is told one thing at a time. */
export class ReplicaProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  /** Why it answers no more. */
  #failure: Error | undefined;
  #isEnding = false;
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | undefined;

  /** @param own its number among `replicas`, from 0 on */
  constructor(folder: string, own: number, replicas: number) {
    const threads = Math.max(1, Math.floor(threadsToUse() / replicas));
    this.#child = fork(join(__dirname, 'replica-main.js'), [folder], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, ...KEEP_MEMORY, TF_NUM_INTRAOP_THREADS: String(threads) },
    });
    // TensorFlow greets every process; only what a crash says is of interest.
    let said = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-LAST_WORDS);
    });
    this.#child.on('message', (reply: Reply) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (reply.kind === 'answer') waiting?.resolve(reply.value);
      else waiting?.reject(reply.input ? new InputError(reply.message) : new Error(reply.message));
    });
    const name = `process ${own + 1} of the ${replicas} that train`;
    this.#ended = new Promise((resolve) => {
      this.#child.on('exit', (status, signal) => {
        if (!this.#isEnding && signal !== 'SIGKILL') process.stderr.write(said);
        const reason =
          signal === 'SIGKILL' ? 'was killed, most often for want of memory' : `ended (${signal ?? status})`;
        this.#fail(
          `${name} ${reason}; make room and go on with --resume, or start anew with fewer of them (--replicas 1)`,
        );
        resolve();
      });
      this.#child.on('error', ({ message }) => {
        this.#fail(`${name} cannot be reached (${message}); start anew with --replicas 1`);
        if (this.#child.pid === undefined) resolve();
      });
    });
  }

  #fail(message: string): void {
    this.#failure ??= new InputError(message);
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }

  /** @throws InputError where it ended, or fails for a reason that the user can mend */
  ask<Name extends keyof Commands>(name: Name, argument: Argument<Name>): Promise<Answer<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { resolve: resolve as (value: unknown) => void, reject };
      // Why a message did not arrive, the process's end tells better.
      this.#child.send({ name, argument } satisfies Request, () => {});
    });
  }

  /** Ends it at once, whatever it does: all it holds is memory. */
  end(): Promise<void> {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
    return this.#ended;
  }
}
