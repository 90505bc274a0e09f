import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SimulatedFleet, simulateFleet } from './simulate-fleet.fixture';

const steady: SimulatedFleet = {
  ...{ machines: 1, cores: 1, shards: 100, shardSeconds: 30, spread: 0, lossesPerHour: 0, replacement: 60 },
  ...{ recovery: 45, plannedPerSecond: 1e9, redisPerShard: 0.01, redisPerRenewal: 0, renewal: 15, seed: 1 },
};

test('without losses and spread the time is that of arithmetic', () => {
  const close = (value: number, expected: number) =>
    assert.ok(Math.abs(value - expected) < 1e-3 * expected, `${value}, expected ${expected}`);
  close(simulateFleet(steady).seconds, 3000);
  close(simulateFleet({ ...steady, machines: 5, cores: 2 }).seconds, 300);
  close(simulateFleet({ ...steady, machines: 30 }).seconds, 120); // 100 shards in four rounds
  close(simulateFleet({ ...steady, machines: 100, plannedPerSecond: 1 }).seconds, 129); // the last is planned at 99 s
  close(simulateFleet(steady).redisLoad, (100 * 0.01) / 3000);
});

test('losses cost the work that was lost: as many as the rate says, each with a shard begun again', () => {
  const fleet = { ...steady, machines: 20, cores: 2, shards: 20_000, spread: 0.5, lossesPerHour: 0.5 };
  const { seconds, machinesLost, repeated, efficiency } = simulateFleet(fleet);
  const expected = (20 * 0.5 * seconds) / 3600;
  assert.ok(
    Math.abs(machinesLost - expected) < 5 * Math.sqrt(expected),
    `${machinesLost}, expected ${expected}`,
  );
  // Shards are found by the time they take, so slightly more than two of a machine with two cores.
  assert.ok(
    repeated > 1.7 * machinesLost && repeated <= 2 * machinesLost + 2,
    `${repeated} of ${machinesLost}`,
  );
  assert.ok(efficiency > 0.9 && efficiency < 1, `${efficiency}`);
});
