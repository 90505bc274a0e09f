import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { coordinate, merged, prepareFleet, startWorker } from './fleet.fixture';
import { startRedis, WITHOUT_REDIS } from './redis.fixture';

// In fp32, sentences of a batch are padded to the longest, which may change last digits: shards hold whole batches.
test('in fp32 too, the output of shards is that of one machine, and of archives read from their middle', {
  skip: WITHOUT_REDIS,
  timeout: 60_000,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.end());
  const fleet = await prepareFleet({ quantized: false, offsets: 'codepoints' }, 20);
  t.after(() => rmSync(fleet.root, { recursive: true }));
  const worker = startWorker(fleet, redis.url(), undefined, 2);
  const { finished, shards } = await coordinate(fleet, redis.url());
  assert.ok(finished && shards > 5, `${shards} shards`);
  assert.ok((await merged(fleet)) === fleet.expected);
  assert.equal(await worker.end(), 0, worker.said());
});
