/** Test helper: a real MLflow server, and its runs read through the REST API. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../../foundation';

const environment = join(projectRoot, '.falconframes', 'mlflow');
export const mlflowPython = join(environment, 'bin', 'python');
/** Why tests with MLflow are skipped, or false. */
export const withoutMlflow = existsSync(join(environment, 'installed.txt'))
  ? false
  : 'needs the environment that `npm run mlflow` makes';

export interface RunningMlflow {
  address: string;
  /** Kills the server with SIGKILL, like a system that runs out of memory. */
  kill(): Promise<void>;
  /** Sends Ctrl-C; resolves to the command's status. */
  interrupt(): Promise<number | null>;
}

/** Starts `npm run mlflow` with its runs in the folder. */
export async function startMlflow(folder: string, port: number): Promise<RunningMlflow> {
  const script = join(projectRoot, 'environment', 'mlflow.mjs');
  const command = spawn(process.execPath, [script, '--port', String(port), '--folder', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(command, 'close');
  await saysThatItRuns(command);
  return {
    address: `http://127.0.0.1:${port}`,
    async kill() {
      if (command.exitCode !== null) return;
      const children = readFileSync(`/proc/${command.pid}/task/${command.pid}/children`, 'utf8');
      for (const leader of children.trim().split(' ')) process.kill(-Number(leader), 'SIGKILL');
      await ended;
    },
    async interrupt() {
      command.kill('SIGINT');
      await ended;
      return command.exitCode;
    },
  };
}

async function saysThatItRuns(command: ChildProcess): Promise<void> {
  let said = '';
  for await (const text of command.stdout!) {
    said += text;
    if (said.includes('MLflow is at')) return;
  }
  assert.fail(`it ended, see .falconframes/logs/mlflow.log: ${said}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A run in the form compared by tests: values as text, since JSON cannot represent non-finite numbers. */
export interface ReadRun {
  name: string;
  status: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, [step: number, value: string][]>;
  artifacts: string[];
}

interface Pair {
  key: string;
  value: string;
}

/** Reads every run of an experiment through the REST API. */
export async function readRuns(address: string, experiment: string): Promise<ReadRun[]> {
  const get = async (path: string, query: Record<string, string>) => {
    const response = await fetch(`${address}/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`);
    assert.equal(response.status, 200, path);
    return response.json();
  };
  const found = await get('experiments/get-by-name', { experiment_name: experiment });
  const search = await fetch(`${address}/api/2.0/mlflow/runs/search`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ experiment_ids: [found.experiment.experiment_id] }),
  });
  const { runs = [] } = (await search.json()) as { runs?: { info: Record<string, string>; data: Data }[] };
  interface Data {
    params?: Pair[];
    tags?: Pair[];
    metrics?: Pair[];
  }
  const files = async (run_id: string, path: string): Promise<string[]> => {
    const { files: entries = [] } = await get('artifacts/list', { run_id, ...(path && { path }) });
    const nested = (entries as { path: string; is_dir: boolean }[]).map((entry) =>
      entry.is_dir ? files(run_id, entry.path) : [entry.path],
    );
    return (await Promise.all(nested)).flat();
  };
  const history = async (run_id: string, key: string) => {
    const { metrics } = await get('metrics/get-history', { run_id, metric_key: key });
    const points = metrics as { step: number; value: number | string }[];
    const read = points.map(({ step, value }): [number, string] => [step, String(value)]);
    return read.sort(([one], [other]) => one - other);
  };
  return Promise.all(
    runs.map(async ({ info, data }) => {
      const keys = (data.metrics ?? []).map(({ key }) => key);
      const points = keys.map(async (key) => [key, await history(info.run_id, key)]);
      return {
        name: info.run_name,
        status: info.status,
        parameters: asRecord(data.params),
        tags: asRecord(data.tags),
        metrics: Object.fromEntries(await Promise.all(points)),
        artifacts: (await files(info.run_id, '')).sort(),
      };
    }),
  );
}

function asRecord(pairs: Pair[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
