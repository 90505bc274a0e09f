/** A worker of a test, in a process of its own that can be killed: `node fleet-worker.fixture.js SETTINGS`, as JSON. */

import { readAddress } from './connection';
import { openRoots } from './roots';
import type { Timing } from './timing';
import { workOnQueue } from './worker';

export interface WorkerSettings {
  url: string;
  root: string;
  model: string;
  threads: number;
  timing: Timing;
}

async function main(): Promise<void> {
  const { url, root, model, threads, timing } = JSON.parse(process.argv[2]) as WorkerSettings;
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  await workOnQueue({
    ...{ server: readAddress(url), roots: openRoots([root]), model, threads, timing, signal: stop.signal },
    patience: 20_000,
    notify: (message) => console.error(message),
    onShard: ({ shard }) => console.log(`shard ${shard}`),
  });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
