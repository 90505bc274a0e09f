import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Conversation, InputError, startThread } from '../../foundation';
import { fingerprintOf } from './fingerprint';
import type { Source } from './sources';
import type { BatchResult, WorkerSettings } from './work';

type WorkingThread = Conversation<readonly Source[], BatchResult>;

/** Worker threads, started on demand, each with one batch at a time. */
export class WorkerPool {
  readonly #all = new Set<WorkingThread>();
  readonly #idle: WorkingThread[] = [];
  /** Callers waiting for a thread, in order. */
  readonly #waiting: ((thread: WorkingThread) => void)[] = [];
  #isEnding = false;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly most: number,
  ) {
    // The tokenizer's own threads would compete with the workers for the cores.
    process.env.TOKENIZERS_PARALLELISM = 'false';
  }

  async process(batch: readonly Source[]): Promise<BatchResult> {
    const thread = await this.#take();
    try {
      const result = await thread.ask(batch);
      this.#giveBack(thread);
      return result;
    } catch (error) {
      if (error instanceof InputError) this.#giveBack(thread);
      else this.#giveUp(thread);
      if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') return this.#oneByOne(batch);
      throw error;
    }
  }

  /** Waits for each thread to finish its batch, then ends it. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#waiting.length = 0;
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }

  async #take(): Promise<WorkingThread> {
    if (this.#isEnding) throw new Error('no more batches are taken');
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.size < this.most) return this.#start();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(thread: WorkingThread): void {
    const next = this.#waiting.shift();
    if (next) next(thread);
    else this.#idle.push(thread);
  }

  /** Removes a failed thread and starts another if a batch is waiting. */
  #giveUp(thread: WorkingThread): void {
    this.#all.delete(thread);
    void thread.end();
    this.#waiting.shift()?.(this.#start());
  }

  #start(): WorkingThread {
    const thread: WorkingThread = startThread(join(__dirname, 'worker.js'), {
      workerData: this.settings,
      resourceLimits: { stackSizeMb: stackMegabytes() },
    });
    this.#all.add(thread);
    return thread;
  }

  /** Repeats a batch that exceeded a worker's memory source by source: only sources that exceed it alone are reported as damaged. */
  async #oneByOne(batch: readonly Source[]): Promise<BatchResult> {
    const [source] = batch;
    if (batch.length === 1) {
      const damages = [`${source.place}: needs more memory than a worker has; split it`];
      return {
        lines: '',
        documents: 0,
        sentences: 0,
        entities: 0,
        damages,
        fingerprints: fingerprintOf(source),
      };
    }
    const parts = await Promise.all(batch.map((one) => this.process([one])));
    const sum = (key: 'documents' | 'sentences' | 'entities') =>
      parts.reduce((total, part) => total + part[key], 0);
    return {
      lines: parts.map(({ lines }) => lines).join(''),
      documents: sum('documents'),
      sentences: sum('sentences'),
      entities: sum('entities'),
      damages: parts.flatMap(({ damages }) => damages),
      fingerprints: Buffer.concat(parts.map(({ fingerprints }) => fingerprints)),
    };
  }
}

/**
 * ONNX Runtime (1.30) matches the command line of the process against a regular expression when it opens a model, using about 300 bytes
 * of stack per character: the names of a few hundred files overflow a thread's default 4 MB and crash the process.
 */
function stackMegabytes(): number {
  const commandLine = '/proc/self/cmdline';
  const characters = existsSync(commandLine) ? readFileSync(commandLine).length : 0;
  return 4 + Math.ceil((400 * characters) / 2 ** 20);
}
