import { type ChildProcess, fork } from 'node:child_process';
import { basename } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Reply } from './answering';
import { InputError } from './errors';

/** Answers questions one at a time: a child process or worker thread that calls `answerParent`. */
export interface Conversation<Question, Answer> {
  /** @throws InputError if the other side threw one; Error if it failed otherwise, or exited before answering */
  ask(question: Question): Promise<Answer>;
  /** Ends the other side. Pending questions are rejected. */
  end(): Promise<void>;
}

/** How a process ended. */
export interface End {
  status: number | null;
  signal: NodeJS.Signals | null;
  /** Last part of its standard error. */
  lastWords: string;
}

/** A process that exited, or was killed, before answering; or that could not be started, because of `cause`. */
export class ProcessEnded extends Error {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lastWords: string;

  constructor(name: string, { status, signal, lastWords }: End, cause?: Error) {
    const how = signal ? `was killed by ${signal}` : `ended with status ${status}`;
    super(cause ? `${name} cannot be reached (${cause.message})` : `${name} ${how}; ${lastWords}`, { cause });
    this.status = status;
    this.signal = signal;
    this.lastWords = lastWords;
  }
}

/** Queue of pending questions, whose answers arrive in the same order. Independent of the transport. */
export class Exchange<Question, Answer> {
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  #failure: Error | undefined;

  constructor(private readonly send: (question: Question) => void) {}

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  async ask(question: Question): Promise<Answer> {
    if (!this.#failure) this.send(question);
    return this.expect();
  }

  /** Returns the next answer, which may be unsolicited, such as a greeting. */
  expect(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#waiting.push({ resolve, reject });
    });
  }

  answered(answer: Answer): void {
    this.#waiting.shift()?.resolve(answer);
  }

  refused(error: Error): void {
    this.#waiting.shift()?.reject(error);
  }

  replied(reply: Reply<Answer>): void {
    if (reply.kind === 'answer') this.answered(reply.value);
    else this.refused(reply.isInput ? new InputError(reply.message) : new Error(reply.message));
  }

  /** Rejects all pending and later questions. The first error counts. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

export interface ProcessOptions {
  /** Command-line arguments after the module. */
  arguments?: readonly string[];
  /** Added to this process's environment variables. */
  environment?: Readonly<Record<string, string>>;
  /** Options for Node itself. */
  nodeOptions?: readonly string[];
}

/** Number of characters of standard error to keep. */
const LAST_WORDS = 4000;

/**
 * Starts a module that calls `answerParent` in a child process: its memory is freed when it exits, and a crash only rejects the
 * pending question. Questions and answers are plain data (what structured cloning supports).
 */
export function startProcess<Question extends object | string | number, Answer>(
  module: string,
  options: ProcessOptions = {},
): Conversation<Question, Answer> & { child: ChildProcess } {
  const child = fork(module, options.arguments, {
    serialization: 'advanced', // JSON has no NaN
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A notebook kernel has its own options, which must not be inherited.
    execArgv: [...(options.nodeOptions ?? [])],
    env: { ...process.env, ...options.environment },
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LAST_WORDS);
  });
  // The exit of the process explains better why a message did not arrive.
  const exchange = new Exchange<Question, Answer>((question) => child.send(question, () => {}));
  child.on('message', (reply) => exchange.replied(reply as Reply<Answer>));
  const name = basename(module);
  const ended = new Promise<void>((resolve) => {
    child.on('close', (status, signal) => {
      exchange.fail(new ProcessEnded(name, { status, signal, lastWords: said }));
      resolve();
    });
    child.on('error', (error) => {
      exchange.fail(new ProcessEnded(name, { status: null, signal: null, lastWords: said }, error));
      if (child.pid === undefined) resolve();
    });
  });
  return {
    child,
    ask: (question) => exchange.ask(question),
    end() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/**
 * Starts a module that calls `answerParent` in a worker thread. Errors of the thread itself, such as running out of memory
 * (`ERR_WORKER_OUT_OF_MEMORY`), reject its questions.
 */
export function startThread<Question, Answer>(
  module: string,
  options: WorkerOptions,
): Conversation<Question, Answer> {
  const worker = new Worker(module, options);
  const exchange = new Exchange<Question, Answer>((question) => worker.postMessage(question));
  let settled = () => {};
  worker.on('message', (reply: Reply<Answer>) => {
    exchange.replied(reply);
    settled();
  });
  worker.on('error', (error) => exchange.fail(error));
  worker.on('exit', () => {
    exchange.fail(new Error('a worker thread ended before its work was done'));
    settled();
  });
  return {
    ask: (question) => exchange.ask(question),
    /** Waits for pending answers: terminating a thread inside native code would crash the process. */
    async end() {
      while (exchange.isWaiting)
        await new Promise<void>((resolve) => {
          settled = resolve;
        });
      await worker.terminate();
    },
  };
}
