import { setTimeout } from 'node:timers/promises';

/** Numbers of requests that the service allows in a short and in a long window. */
export interface RequestLimits {
  burst: { requests: number; milliseconds: number };
  sustained: { requests: number; milliseconds: number };
}

/** Europe PMC's published limits: 10 requests per second, 500 per minute. */
export const PUBLISHED_LIMITS: RequestLimits = {
  burst: { requests: 10, milliseconds: 1_000 },
  sustained: { requests: 500, milliseconds: 60_000 },
};

/**
 * Requests are spaced this much further apart than the limits require. In the short window, it prevents network delays from bunching
 * eleven requests into a window of ten; in the long one, which is counted strictly, it leaves room for late requests.
 */
const BURST_MARGIN = 1.2;
const SUSTAINED_MARGIN = 1.02;
/** How late, in spacings, a request may go out without delaying those after it; timers are often a little late. */
const CATCH_UP = 0.25;

/**
 * Schedules requests so that the limits hold at the server, where they are counted.
 *
 * The client knows when it sent a request and when the response arrived; the server saw it some time in between. The sustained limit
 * therefore counts a request until a window after its *response*: whatever the latency, no window at the server has more. The same
 * rule for the burst limit would halve the rate at a latency of one second; there, even spacing (122 ms for Europe PMC) tolerates
 * relative delays of 190 ms.
 */
export class Pace {
  private readonly spacing: number;
  private queue: Promise<void> = Promise.resolve();
  private nextSlot = 0;
  private pausedUntil = 0;
  private unanswered = 0;
  /** Arrival times of the responses in the last window, oldest first. */
  private readonly answers: number[] = [];

  constructor(private readonly limits: RequestLimits) {
    const { burst, sustained } = limits;
    this.spacing = Math.max(
      (BURST_MARGIN * burst.milliseconds) / burst.requests,
      (SUSTAINED_MARGIN * sustained.milliseconds) / sustained.requests,
    );
  }

  /** Resolves, in call order, when a request may be sent immediately. `answered` must follow each. */
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

  /** Reports that a request was answered or failed: the server has seen it by now, or never will. */
  answered(): void {
    this.unanswered--;
    this.answers.push(performance.now());
  }

  /** Sends no requests for this time. */
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
