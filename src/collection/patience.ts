/** Minimum number of bytes of a response per number of milliseconds. */
export interface Progress {
  bytes: number;
  milliseconds: number;
}

/** 4 kB in 30 s: 40 parallel responses meet it on a 50 kbit/s line. */
export const LEAST_PROGRESS: Progress = { bytes: 4_096, milliseconds: 30_000 };

const LONGEST_ANSWER = 5 * 60_000;
const TICKS_TO_SILENCE = 8;

/**
 * Monitors one attempt and aborts it if the service is silent, responds too slowly, or takes more than five minutes.
 *
 * Time is counted in ticks of the event loop, not by the clock, so that delays of this process do not count.
 */
export class Patience {
  readonly #tick: number;
  #timer?: NodeJS.Timeout;
  #silent = 0;
  #window = 0;
  #bytes = 0;
  #whole = 0;

  constructor(
    timeoutMilliseconds: number,
    private readonly progress: Progress,
    private readonly giveUp: (why: 'silent' | 'slow') => void,
  ) {
    this.#tick = timeoutMilliseconds / TICKS_TO_SILENCE;
  }

  /** Starts waiting for the service. */
  expect(): void {
    this.#silent = this.#window = this.#bytes = 0;
    this.#timer ??= setInterval(() => this.#check(), this.#tick);
  }

  /** Stops the clock; `expect` starts it again. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  received(bytes: number): void {
    this.#silent = 0;
    this.#bytes += bytes;
  }

  #check(): void {
    this.#whole += this.#tick;
    this.#window += this.#tick;
    if (++this.#silent >= TICKS_TO_SILENCE) this.giveUp('silent');
    else if (this.#whole >= Math.max(LONGEST_ANSWER, this.#tick * TICKS_TO_SILENCE)) this.giveUp('slow');
    else if (this.#window >= this.progress.milliseconds) {
      if (this.#bytes < this.progress.bytes) this.giveUp('slow');
      this.#window = this.#bytes = 0;
    }
  }
}
