// `npm run mlflow -- [--port N] [--folder FOLDER]`: an MLflow server that is reachable only from this machine, until Ctrl-C.
// Creates the server's Python environment if it is missing. Its output is written to .falconframes/logs/mlflow.log.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';

const { interruptedStatus, run, SetupError } = await import('./commands.mjs');
const { mlflowPython, root } = await import('./places.mjs');

const HOST = '127.0.0.1';

try {
  const { port, folder } = readOptions();
  await checkThatFree(port);
  await setUp({ parts: ['mlflow'] });
  await serve(port, folder);
} catch (error) {
  // A server ends only by an interruption.
  if (!interruptedStatus()) {
    console.error(`mlflow: ${error.message}`);
    process.exitCode = 1;
  }
}

function readOptions() {
  const options = {
    port: { type: 'string', default: '5000' },
    folder: { type: 'string', default: join(root, 'runs', 'mlflow') },
  };
  const { values } = parseArgs({ options });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new SetupError(`"${values.port}" is not a port; choose a number from 1 to 65535`);
  return { port, folder: resolve(values.folder) };
}

async function checkThatFree(port) {
  const probe = createServer().listen(port, HOST);
  try {
    await once(probe, 'listening');
  } catch (error) {
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`;
    throw new SetupError(`port ${port} ${reason}; choose another with \`npm run mlflow -- --port N\``);
  }
  probe.close();
  await once(probe, 'close');
}

/** Runs the server until it is interrupted, which also rejects. Runs are in the folder's `mlflow.db`, files in `artifacts/`. */
async function serve(port, folder) {
  mkdirSync(folder, { recursive: true });
  const options = {
    host: HOST,
    port,
    workers: 1,
    'backend-store-uri': `sqlite:///${join(folder, 'mlflow.db')}`,
    'artifacts-destination': join(folder, 'artifacts'),
    'uvicorn-opts': '--log-level=warning',
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  // Without seven additional processes for jobs of language models.
  const env = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' };
  const address = `http://${HOST}:${port}`;
  console.log(`Starting MLflow at ${address} …`);
  const ended = run(mlflowPython, ['-m', 'mlflow', 'server', ...args], { log: 'mlflow', env });
  if (await Promise.race([answers(address), ended]))
    console.log(`MLflow is at ${address}; its runs are kept in ${folder}. Ctrl-C ends it.`);
  await ended;
}

/** Resolves to true once the address answers. */
async function answers(address) {
  for (;;) {
    const answer = await fetch(`${address}/health`).catch(() => undefined);
    if (answer?.ok) return true;
    await sleep(100, undefined, { ref: false });
  }
}
