import { createRandom } from '../../foundation';

/** What a simulated fleet is like. Times in seconds. */
export interface SimulatedFleet {
  machines: number;
  /** Shards at a time on a machine. */
  cores: number;
  shards: number;
  /** Mean time of a shard; the times are spread log-normally with this standard deviation of the logarithm. */
  shardSeconds: number;
  spread: number;
  /** Machines lost per machine and hour, such as by a cloud that takes cheap ones back. Another replaces each after `replacement`. */
  lossesPerHour: number;
  replacement: number;
  /** Until a lost machine's shards go to others: its lock expires, and the next check finds it. */
  recovery: number;
  /** Shards that the coordinator plans per second. */
  plannedPerSecond: number;
  /** Processor time of Redis for a shard from start to end, and for the renewal of a lock every `renewal`. */
  redisPerShard: number;
  redisPerRenewal: number;
  renewal: number;
  seed: number;
}

export interface Simulated {
  seconds: number;
  /** Time that the shards alone would take on all cores, over the time taken. */
  efficiency: number;
  /** Mean share of one core that Redis needs. Above 1 it cannot keep up. */
  redisLoad: number;
  machinesLost: number;
  /** Shards begun more than once. */
  repeated: number;
}

/**
 * Simulates a run, event by event: shards become available as they are planned, each core takes the next, and machines are lost and
 * replaced at random. Redis is not a queue of its own here: its load is reported, and the simulation holds while that is well below 1.
 */
export function simulateFleet(fleet: SimulatedFleet): Simulated {
  const { machines, cores, shards, shardSeconds, spread, lossesPerHour, replacement, recovery } = fleet;
  const { next } = createRandom(fleet.seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const exponential = (mean: number) => -mean * Math.log(1 - next());
  const serviceTime = () => shardSeconds * Math.exp(spread * normal() - spread ** 2 / 2);
  const lossAfter = () => exponential(lossesPerHour > 0 ? 3600 / lossesPerHour : Number.POSITIVE_INFINITY);

  /** Cores by the time when they are free; a machine's cores are lost together. */
  const free = new EarliestFirst<{ machine: number }>();
  const lostAt = Array.from({ length: machines }, lossAfter);
  for (let machine = 0; machine < machines; machine++)
    for (let core = 0; core < cores; core++) free.add(0, { machine });
  const again = new EarliestFirst<number>();
  let [planned, finished, work, end, losses, repeated] = [0, 0, 0, 0, 0, 0];
  while (finished < shards) {
    const { time, value: core } = free.take();
    const back = again.earliest();
    const isNew = planned < shards && (back === undefined || planned / fleet.plannedPerSecond <= back);
    if (!isNew && back === undefined) continue; // this core has nothing left to do
    const availableAt = isNew ? planned / fleet.plannedPerSecond : back!;
    let start = Math.max(time, availableAt);
    // The machine may have been lost, and replaced, while it waited.
    while (lostAt[core.machine] <= start) {
      start = Math.max(start, lostAt[core.machine] + replacement);
      lostAt[core.machine] = start + lossAfter();
      losses++;
    }
    const seconds = isNew ? serviceTime() : again.take().value;
    if (isNew) {
      planned++;
      work += seconds;
    }
    const lost = lostAt[core.machine];
    if (lost < start + seconds) {
      again.add(lost + recovery, seconds);
      repeated++;
      free.add(lost, core); // counted as lost when it takes its next shard
    } else {
      finished++;
      end = Math.max(end, start + seconds);
      free.add(start + seconds, core);
    }
  }
  const renewals = (work / fleet.renewal) * fleet.redisPerRenewal;
  return {
    seconds: end,
    efficiency: work / (machines * cores) / end,
    redisLoad: ((shards + repeated) * fleet.redisPerShard + renewals) / end,
    machinesLost: losses,
    repeated,
  };
}

/** A binary heap. */
class EarliestFirst<T> {
  readonly #items: { time: number; value: T }[] = [];

  earliest(): number | undefined {
    return this.#items[0]?.time;
  }

  add(time: number, value: T): void {
    const items = this.#items;
    let place = items.push({ time, value }) - 1;
    for (let parent = (place - 1) >> 1; place > 0 && items[parent].time > items[place].time; ) {
      [items[parent], items[place]] = [items[place], items[parent]];
      place = parent;
      parent = (place - 1) >> 1;
    }
  }

  take(): { time: number; value: T } {
    const items = this.#items;
    const first = items[0];
    const last = items.pop()!;
    if (items.length === 0) return first;
    items[0] = last;
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      let smallest = place;
      if (left < items.length && items[left].time < items[smallest].time) smallest = left;
      if (right < items.length && items[right].time < items[smallest].time) smallest = right;
      if (smallest === place) return first;
      [items[place], items[smallest]] = [items[smallest], items[place]];
      place = smallest;
    }
  }
}
