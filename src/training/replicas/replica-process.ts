import { join } from 'node:path';
import { type Conversation, InputError, ProcessEnded, startProcess } from '../../foundation';
import { threadsToUse } from './choose';
import type { Answer, Argument, Commands, Request } from './messages';

/**
 * For glibc's malloc: keep what was freed, for the next step needs as much. Given back and asked for anew, every page of it would
 * be cleared by the kernel (some hundred megabytes a step).
 */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
  MALLOC_TOP_PAD_: String(2 ** 26),
};

/** A replica as seen from the process that trains: is told one thing at a time. */
export class ReplicaProcess {
  readonly #conversation: Conversation<Request, unknown>;
  readonly #name: string;
  /** Why it answers no more. */
  #failure: InputError | undefined;
  #isEnding = false;

  /** @param own its number among `replicas`, from 0 on */
  constructor(folder: string, own: number, replicas: number) {
    const threads = Math.max(1, Math.floor(threadsToUse() / replicas));
    this.#name = `process ${own + 1} of the ${replicas} that train`;
    this.#conversation = startProcess(join(__dirname, 'replica-main.js'), {
      arguments: [folder],
      environment: { ...KEEP_MEMORY, TF_NUM_INTRAOP_THREADS: String(threads) },
    });
  }

  /** @throws InputError where it ended, or fails for a reason that the user can mend */
  async ask<Name extends keyof Commands>(name: Name, argument: Argument<Name>): Promise<Answer<Name>> {
    try {
      return (await this.#conversation.ask({ name, argument })) as Answer<Name>;
    } catch (error) {
      throw error instanceof ProcessEnded ? this.#explain(error) : error;
    }
  }

  #explain({ signal, status, lastWords, cause }: ProcessEnded): InputError {
    if (this.#failure) return this.#failure;
    if (cause instanceof Error) {
      this.#failure = new InputError(
        `${this.#name} cannot be reached (${cause.message}); start anew with --replicas 1`,
      );
      return this.#failure;
    }
    // TensorFlow greets every process; only what a crash says is of interest.
    if (!this.#isEnding && signal !== 'SIGKILL') process.stderr.write(lastWords);
    const reason =
      signal === 'SIGKILL' ? 'was killed, most often for want of memory' : `ended (${signal ?? status})`;
    this.#failure = new InputError(
      `${this.#name} ${reason}; make room and go on with --resume, or start anew with fewer of them (--replicas 1)`,
    );
    return this.#failure;
  }

  /** Ends it at once, whatever it does: all it holds is memory. */
  end(): Promise<void> {
    this.#isEnding = true;
    return this.#conversation.end();
  }
}
