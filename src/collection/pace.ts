import { setTimeout } from 'node:timers/promises';

/** How many requests the service allows in a short and in a long time. */
export interface RequestLimits {
  burst: { requests: number; milliseconds: number };
  sustained: { requests: number; milliseconds: number };
}

/** Europe PMC's published limits: 10 requests a second, 500 a minute. */
export const PUBLISHED_LIMITS: RequestLimits = {
  burst: { requests: 10, milliseconds: 1_000 },
  sustained: { requests: 500, milliseconds: 60_000 },
};

/**
 * Requests go out this much further apart than the limits need. In the short window that is what keeps delays on the way
 * from bunching ten into eleven; in the long one, which is counted strictly, it leaves some room to those that are late.
 */
const BURST_MARGIN = 1.2;
const SUSTAINED_MARGIN = 1.02;
/** How late, in spacings, a request may go out without delaying those after it; timers are often a little late. */
const CATCH_UP = 0.25;

/**
 * When the next request may go out, so that the limits hold where they are counted: at the server.
 *
 * The client knows when it sent a request and when the answer came; the server saw it some time between. The sustained
 * limit therefore counts a request until its window after the *answer* has passed: whatever the latency, no window at
 * the server holds more. The same rule for the burst limit would halve the rate at a second's latency; there, even
 * spacing (122 ms for Europe PMC) leaves room for requests to be delayed by 190 ms against one another.
 */
export class Pace {
  private readonly spacing: number;
  private queue: Promise<void> = Promise.resolve();
  private nextSlot = 0;
  private pausedUntil = 0;
  private unanswered = 0;
  /** When the answers of the last window came, oldest first. */
  private readonly answers: number[] = [];

  constructor(private readonly limits: RequestLimits) {
    const { burst, sustained } = limits;
    this.spacing = Math.max(
      (BURST_MARGIN * burst.milliseconds) / burst.requests,
      (SUSTAINED_MARGIN * sustained.milliseconds) / sustained.requests,
    );
  }

  /** Resolves, in the order of the calls, when a request may go out at once. `answered` must follow each. */
  turn(signal: AbortSignal): Promise<void> {
    const turn = this.queue.then(() => this.wait(signal));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = performance.now();
      const free = Math.max(this.nextSlot, this.pausedUntil, this.windowFreeAt(now));
      if (free <= now) break;
      await setTimeout(free - now, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    const slot = Math.max(this.nextSlot, performance.now() - CATCH_UP * this.spacing);
    this.nextSlot = slot + this.spacing;
    this.unanswered++;
  }

  /** The request of a turn was answered, or failed: the server has seen it by now, or never will. */
  answered(): void {
    this.unanswered--;
    this.answers.push(performance.now());
  }

  /** No request goes out for so long. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + milliseconds);
  }

  private windowFreeAt(now: number): number {
    const { requests, milliseconds } = this.limits.sustained;
    while (this.answers.length > 0 && this.answers[0] <= now - milliseconds) this.answers.shift();
    if (this.unanswered + this.answers.length < requests) return now;
    return this.answers.length > 0 ? this.answers[0] + milliseconds : now + this.spacing;
  }
}
