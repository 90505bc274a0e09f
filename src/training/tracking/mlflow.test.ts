// With a real MLflow server: what is tracked can be read back, whatever happens on the way.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../foundation';
import { faultyProxy } from './faulty-proxy.fixture';
import { freePort, mlflowPython, type ReadRun, readRuns, startMlflow, withoutMlflow } from './mlflow.fixture';
import { sendWaitingRuns } from './server-destination';
import { type RunDescription, trackRun } from './track-run';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-tracking-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const spool = join(folder, 'spool');
const model = join(folder, 'model');
mkdirSync(join(model, 'onnx'), { recursive: true });
writeFileSync(join(model, 'config.json'), '{"labels": 9}');
writeFileSync(join(model, 'onnx', 'model.onnx'), Buffer.alloc(300_000, 7));

const STEPS = 700;
const parameters = {
  'learning rate': 1e-4,
  train: ['a.jsonl', 'b.jsonl'],
  shuffle: true,
  text: 'x'.repeat(6000),
};
const tags = { 'mlflow.user': 'someone', note: 'zwölf Zeichen\nund 😀' };

/** Metrics of a step, with names and numbers that are not universally supported. */
function measured(step: number): Record<string, number> {
  return {
    'train/loss': 1 / step,
    'dev/F1 Cell Line': step % 5 === 0 ? Number.NaN : step / STEPS,
    Größe: step === 3 ? Number.POSITIVE_INFINITY : -step,
  };
}

/** A run as every part of it should be read back. `largest` is the value that infinity becomes in a database. */
function expectedRun(name: string, infinity: string): ReadRun {
  const steps = Array.from({ length: STEPS }, (_, index) => index + 1);
  const asText = (value: number) => (value === Number.POSITIVE_INFINITY ? infinity : String(value));
  return {
    name,
    status: 'FINISHED',
    parameters: {
      'learning rate': '0.0001',
      train: '["a.jsonl","b.jsonl"]',
      shuffle: 'true',
      text: parameters.text,
    },
    tags: { ...tags, 'mlflow.runName': name },
    metrics: Object.fromEntries(
      Object.keys(measured(1)).map((key) => [key, steps.map((step) => [step, asText(measured(step)[key])])]),
    ),
    artifacts: ['figures/config.json', 'model/config.json', 'model/onnx/model.onnx'],
  };
}

async function trackWhole(description: Omit<RunDescription, 'parameters' | 'tags'>): Promise<void> {
  const run = trackRun({ ...description, parameters, tags });
  for (let step = 1; step <= STEPS; step++) {
    run.metrics(measured(step), step);
    // Time for pending deliveries.
    if (step % 100 === 0) await sleep(20);
  }
  run.artifacts(model, 'model');
  run.artifacts(join(model, 'config.json'), 'figures');
  await run.end('FINISHED');
}

test('an MLflow server', { skip: withoutMlflow }, async (context) => {
  const store = join(folder, 'store');
  const port = await freePort();
  let mlflow = await startMlflow(store, port);
  context.after(() => mlflow.kill());
  const { address } = mlflow;
  const notices: string[] = [];
  const notify = (sentence: string) => void notices.push(sentence);
  const delivery = { address, spool, notify, pauseMilliseconds: 20 };
  /** Without our id, which differs between runs. */
  const readAll = async (experiment: string) =>
    (await readRuns(address, experiment)).map((run) => {
      assert.match(run.tags['falconframes.run'], /^[0-9a-f]{32}$/);
      delete run.tags['falconframes.run'];
      return run;
    });
  const LARGEST = String(Number.MAX_VALUE);

  await context.test('receives everything that was tracked', async () => {
    await trackWhole({ ...delivery, experiment: 'Versuch/1 ü', name: 'whole' });
    assert.deepEqual(notices, []);
    assert.deepEqual(await readAll('Versuch/1 ü'), [expectedRun('whole', LARGEST)]);
    const [experiment] = readdirSync(join(store, 'artifacts'));
    const [run] = readdirSync(join(store, 'artifacts', experiment));
    const stored = join(store, 'artifacts', experiment, run, 'artifacts', 'model', 'onnx', 'model.onnx');
    assert.deepEqual(readFileSync(stored), readFileSync(join(model, 'onnx', 'model.onnx')));
    assert.deepEqual(readdirSync(spool), []);
  });

  await context.test(
    'receives everything once if requests fail, hang and lose their answers',
    async (part) => {
      const proxy = await faultyProxy(part, address);
      const description = { ...delivery, address: proxy, timeoutMilliseconds: 3000 };
      await trackWhole({ ...description, experiment: 'faults', name: 'disturbed' });
      // On a busy machine the run ends before the faults: the rest is sent as `falconframes track` does.
      for (let attempt = 0; readdirSync(spool).length > 0 && attempt < 20; attempt++)
        await sendWaitingRuns(description);
      assert.deepEqual(await readAll('faults'), [expectedRun('disturbed', LARGEST)]);
      assert.deepEqual(readdirSync(spool), []);
    },
  );

  await context.test('continues a resumed run, and reports what it rejects', async () => {
    const described = { ...delivery, experiment: 'resumed', name: 'in two parts' };
    const first = trackRun({ ...described, parameters: { epochs: 2 } });
    first.metrics({ loss: 2 }, 1);
    await first.end('KILLED');
    const [{ status }] = await readAll('resumed');
    assert.equal(status, 'KILLED');
    notices.length = 0;
    const second = trackRun({ ...described, parameters: { epochs: 3 }, id: first.id });
    second.metrics({ loss: 1 }, 2);
    await second.end('FINISHED');
    const [run, ...others] = await readAll('resumed');
    assert.deepEqual(others, []);
    assert.equal(run.status, 'FINISHED');
    assert.deepEqual(run.metrics, { loss: [[1, '2'], [2, '1']] }); // biome-ignore format: a table
    assert.equal(notices.length, 1);
    assert.match(
      notices[0],
      /"in two parts" at http.* lacks parameters: Changing param values is not allowed/,
    );
  });

  await context.test('when killed midway, receives the missing entries later', async () => {
    const described = { ...delivery, experiment: 'killed' };
    const run = trackRun({ ...described, name: 'cut off', parameters, tags });
    for (let step = 1; step <= STEPS / 2; step++) run.metrics(measured(step), step);
    while ((await readAll('killed').catch(() => []))[0]?.metrics['train/loss'] === undefined) await sleep(50);
    await mlflow.kill();
    notices.length = 0;
    for (let step = STEPS / 2 + 1; step <= STEPS; step++) run.metrics(measured(step), step);
    run.artifacts(model, 'model');
    run.artifacts(join(model, 'config.json'), 'figures');
    await run.end('FINISHED');
    assert.match(
      notices.at(-1)!,
      /did not accept all of the run "cut off" \(ECONNREFUSED\); the rest is kept in/,
    );
    await killedProcess({ ...described, notify: undefined, name: 'process killed' });
    assert.equal(readdirSync(spool).length, 2);

    mlflow = await startMlflow(store, port);
    notices.length = 0;
    const sent = await sendWaitingRuns({ spool, notify });
    assert.deepEqual(sent.map(({ failure }) => failure), [null, null]); // biome-ignore format: one line
    assert.deepEqual(notices, []);
    const runs = await readAll('killed');
    const called = (name: string) => runs.filter((one) => one.name === name);
    assert.deepEqual(called('cut off'), [expectedRun('cut off', LARGEST)]);
    const [{ status, metrics }, ...others] = called('process killed');
    assert.deepEqual([status, metrics, others], ['KILLED', { loss: [[1, '0.5']] }, []]);
    assert.deepEqual(readdirSync(spool), []);
  });

  await context.test('ends with Ctrl-C', async () => {
    assert.equal(await mlflow.interrupt(), 0);
    await assert.rejects(fetch(address), { message: 'fetch failed' });
  });
});

/** A process that tracks one step and is then killed. */
async function killedProcess(description: RunDescription): Promise<void> {
  const script = `
    const run = require(${JSON.stringify(join(__dirname, 'track-run.js'))}).trackRun(${JSON.stringify(description)});
    run.metrics({ loss: 0.5 }, 1);
    process.kill(process.pid, 'SIGKILL');`;
  const [, signal] = await once(spawn(process.execPath, ['-e', script]), 'close');
  assert.equal(signal, 'SIGKILL');
}

test("MLflow's client reads the same from a folder", { skip: withoutMlflow }, async () => {
  const address = join(folder, 'runs');
  await trackWhole({ address, experiment: 'Versuch: "1" ü 😀', name: 'local' });
  const script = join(projectRoot, 'src', 'training', 'tracking', 'fixtures', 'read_file_store.py');
  const runs = JSON.parse(
    execFileSync(mlflowPython, [script, address, 'Versuch: "1" ü 😀'], { encoding: 'utf8' }),
  );
  for (const run of runs)
    for (const points of Object.values(run.metrics as ReadRun['metrics']))
      for (const point of points) point[1] = String(Number(point[1].replace('inf', 'Infinity')));
  assert.deepEqual(runs, [expectedRun('local', 'Infinity')]);
});
