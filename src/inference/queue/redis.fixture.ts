import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, readAddress } from './connection';

/** Why tests with a real Redis are skipped; false if they run. */
export const WITHOUT_REDIS: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'redis-server is not installed';

/** A Redis of its own on the loopback interface, with its data in a temporary folder. */
export interface TestRedis {
  /** Address of one of its databases. */
  url(database?: number): string;
  kill(): Promise<void>;
  /** Starts it again with what it has on disk. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

/** @param more options of the server */
export async function startRedis(more: readonly string[] = [], password = ''): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-redis-'));
  const port = await freePort();
  const url = (database = 0) => `redis://${password && `:${password}@`}127.0.0.1:${port}/${database}`;
  let child: ChildProcess;
  const restart = async () => {
    child = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
        ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--loglevel', 'warning'],
        ...(password ? ['--requirepass', password] : []),
        ...more,
      ],
      { stdio: 'ignore' },
    );
    (await connect(readAddress(url()), 10_000)).disconnect();
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await restart();
  return {
    url,
    kill,
    restart,
    async end() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
