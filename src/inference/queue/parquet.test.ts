import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { coordinate, prepareFleet, startWorker } from './fleet.fixture';
import { mergeShards } from './merge';
import { startRedis, WITHOUT_REDIS } from './redis.fixture';

test('a run with Parquet: one table with the rows of one machine, which DuckDB can count', {
  skip: WITHOUT_REDIS,
  timeout: 60_000,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.end());
  const fleet = await prepareFleet({ format: 'parquet' }, 8);
  t.after(() => rmSync(fleet.root, { recursive: true }));
  const worker = startWorker(fleet, redis.url());
  const { finished } = await coordinate(fleet, redis.url());
  assert.ok(finished);
  assert.equal(await worker.end(), 0, worker.said());
  const table = join(fleet.root, 'all.parquet');
  await mergeShards(join(fleet.root, 'run'), table);
  const connection = await (await DuckDBInstance.create()).connect();
  const read = await connection.runAndReadAll(`SELECT id, entities FROM '${table}'`);
  const rows = read.getRowObjectsJson() as { id: string; entities: object[] }[];
  assert.deepEqual(
    rows,
    fleet.expected
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  const counted = await connection.runAndReadAll(
    `SELECT entity.label, count(*)::INT FROM (SELECT unnest(entities) AS entity FROM '${table}') GROUP BY ALL ORDER BY 1`,
  );
  const counts = new Map<string, number>();
  for (const { label } of rows.flatMap(({ entities }) => entities as { label: string }[]))
    counts.set(label, (counts.get(label) ?? 0) + 1);
  assert.deepEqual(
    counted.getRows(),
    [...counts].sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  assert.deepEqual(
    readdirSync(fleet.root).filter((name) => name.includes('partial')),
    [],
  );
  await assert.rejects(
    mergeShards(join(fleet.root, 'run'), join(fleet.root, 'all.jsonl')),
    /name a file that ends in \.parquet/,
  );
});
