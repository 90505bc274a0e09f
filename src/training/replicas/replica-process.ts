import { join } from 'node:path';
import { type Conversation, InputError, ProcessEnded, startProcess } from '../../foundation';
import { threadsToUse } from './choose';
import type { Answer, Argument, Commands, Request } from './messages';

/**
 * For glibc's malloc: keep freed memory, since the next step needs as much. Otherwise the kernel would clear every page again (some
 * hundred megabytes per step).
 */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
  MALLOC_TOP_PAD_: String(2 ** 26),
};

/** The training process's handle of a replica, which executes one command at a time. */
export class ReplicaProcess {
  readonly #conversation: Conversation<Request, unknown>;
  readonly #name: string;
  /** Why it no longer answers. */
  #failure: InputError | undefined;
  #isEnding = false;

  /** @param own its index among `replicas`, from 0 */
  constructor(folder: string, own: number, replicas: number) {
    const threads = Math.max(1, Math.floor(threadsToUse() / replicas));
    this.#name = `process ${own + 1} of the ${replicas} that train`;
    this.#conversation = startProcess(join(__dirname, 'replica-main.js'), {
      arguments: [folder],
      environment: { ...KEEP_MEMORY, TF_NUM_INTRAOP_THREADS: String(threads) },
    });
  }

  /** @throws InputError if it ended, or failed for a reason that the user can fix */
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
        `${this.#name} cannot be reached (${cause.message}); start over with --replicas 1`,
      );
      return this.#failure;
    }
    // TensorFlow writes a greeting in every process; only the output of a crash matters.
    if (!this.#isEnding && signal !== 'SIGKILL') process.stderr.write(lastWords);
    const reason =
      signal === 'SIGKILL'
        ? 'was killed, usually because it ran out of memory'
        : `ended (${signal ?? status})`;
    this.#failure = new InputError(
      `${this.#name} ${reason}; free some memory and continue with --resume, or start over with fewer (--replicas 1)`,
    );
    return this.#failure;
  }

  /** Ends it at once, whatever it is doing: its state is only in memory. */
  end(): Promise<void> {
    this.#isEnding = true;
    return this.#conversation.end();
  }
}
