/** Times in milliseconds, and how often a job is tried. Tests shorten them. */
export interface Timing {
  /** After this long without a sign of life, a worker's shard goes to another. */
  lock: number;
  /** Between two looks at finished shards. */
  poll: number;
  /** Before a failed shard is tried again; doubles with every attempt. */
  pause: number;
  attempts: number;
}

export const TIMING: Timing = { lock: 30_000, poll: 1_000, pause: 5_000, attempts: 5 };
