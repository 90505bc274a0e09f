import { type ChildProcess, fork } from 'node:child_process';
import { basename } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Reply } from './answering';
import { InputError } from './errors';

/** Someone who answers questions, one after the other: a child process or a worker thread that calls `answerParent`. */
export interface Conversation<Question, Answer> {
  /** @throws InputError where the other side threw one; an Error where it failed otherwise, or ended before it had answered */
  ask(question: Question): Promise<Answer>;
  /** Ends the other side. Questions without an answer are rejected. */
  end(): Promise<void>;
}

/** How a process ended. */
export interface End {
  status: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote on standard error. */
  lastWords: string;
}

/** A process that ended before it had answered, by itself or by a signal; or one that was never there, for `cause`. */
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

/** Questions that wait for their answers, which come in the same order. For whatever carries them. */
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

  /** The next answer; also one that comes unasked, such as a greeting. */
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

  /** There will be no answers any more. What is said first counts. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

export interface ProcessOptions {
  /** Of the command line, after the module. */
  arguments?: readonly string[];
  /** Set beside this process's own variables. */
  environment?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  nodeOptions?: readonly string[];
}

/** Characters of what a process wrote on standard error that are kept. */
const LAST_WORDS = 4000;

/**
 * Starts a module, which calls `answerParent`, in a process of its own: its memory is free afterwards, and its death is a rejected question
 * and no more. Questions and answers are plain data (what structured cloning takes).
 */
export function startProcess<Question extends object | string | number, Answer>(
  module: string,
  options: ProcessOptions = {},
): Conversation<Question, Answer> & { child: ChildProcess } {
  const child = fork(module, options.arguments, {
    serialization: 'advanced', // JSON has no NaN
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A notebook's kernel has options of its own, which are not for others.
    execArgv: [...(options.nodeOptions ?? [])],
    env: { ...process.env, ...options.environment },
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LAST_WORDS);
  });
  // Why a message did not arrive, the end of the process tells better.
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
 * Starts a module, which calls `answerParent`, in a worker thread. What an error of the thread itself is, such as one of
 * memory (`ERR_WORKER_OUT_OF_MEMORY`), its questions are rejected with.
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
    /** Lets it answer first: a thread that is ended inside native code takes the process with it. */
    async end() {
      while (exchange.isWaiting)
        await new Promise<void>((resolve) => {
          settled = resolve;
        });
      await worker.terminate();
    },
  };
}
