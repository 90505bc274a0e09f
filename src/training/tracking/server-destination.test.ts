// With simulated servers that misbehave in ways a real one cannot be made to.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextRound } from 'node:timers/promises';
import { Journal } from './journal';
import { sendWaitingRuns } from './server-destination';
import { trackRun } from './track-run';

async function serve(test: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Accepts everything, and records the requests. */
async function obligingServer(test: TestContext) {
  const requests: { path: string; body: Record<string, unknown[]> }[] = [];
  const info = { run_id: 'r', artifact_uri: 'mlflow-artifacts:/1/r/artifacts', status: 'RUNNING' };
  const answers: Record<string, unknown> = {
    'experiments/create': { experiment_id: '1' },
    'runs/create': { run: { info } },
  };
  const address = await serve(test, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url!.replace('/api/2.0/mlflow/', '');
    requests.push({ path, body: path.startsWith('/') ? {} : JSON.parse(body) });
    response.end(path.startsWith('/') ? '' : JSON.stringify(answers[path] ?? {}));
  });
  return { address, requests };
}

function prepare(test: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-tracking-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  const notices: string[] = [];
  const spool = join(folder, 'spool');
  const notify = (sentence: string) => void notices.push(sentence);
  const quick = { timeoutMilliseconds: 100, pauseMilliseconds: 1 };
  return { folder, notices, spool, description: { experiment: 'e', name: 'n', spool, notify, ...quick } };
}

const failures: [what: string, listener: RequestListener, reason: RegExp][] = [
  ['never answers', () => {}, /it did not answer in time/],
  ['stops within its answer', (_, response) => response.writeHead(200).write('{"experiment'), /in time/],
  ['cuts connections', (request) => request.socket.destroy(), /UND_ERR_SOCKET/],
  ['is another service', (_, response) => response.end('<html></html>'), /not that of an MLflow server/],
  ['is another service with JSON', (_, response) => response.end('[]'), /not that of an MLflow server/],
  ['fails', (_, response) => response.writeHead(500).end(), /status 500/],
  ['wants a password', (_, response) => response.writeHead(401).end('{"message":"log in"}'), /log in/],
];

for (const [what, listener, reason] of failures) {
  test(`a run at a server that ${what} is recorded completely`, async (context) => {
    const { description, notices, spool } = prepare(context);
    const run = trackRun({ ...description, address: await serve(context, listener), parameters: { a: 1 } });
    run.metrics({ loss: Number.NaN }, 1);
    run.metrics({ loss: 0.5 }, 2);
    await run.end('FINISHED');
    assert.match(notices.at(-1)!, reason);
    const [journal, ...others] = readdirSync(spool);
    assert.deepEqual(others, []);
    assert.ok(notices.at(-1)!.includes(join(spool, journal)));
    const [start, first, second, end] = readFileSync(join(spool, journal), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(start.parameters, { a: '1' });
    assert.deepEqual([first.values, second.values, end.status], [{ loss: 'NaN' }, { loss: 0.5 }, 'FINISHED']);
  });
}

test("no request exceeds the server's limit, and each is sent once even if the event loop is blocked", async (context) => {
  const { description, notices, spool } = prepare(context);
  const { address, requests } = await obligingServer(context);
  const timeoutMilliseconds = 50;
  const run = trackRun({ ...description, address, timeoutMilliseconds });
  for (let step = 1; step <= 800; step++) run.metrics({ one: 1, two: 2, three: 3 }, step);
  for (let round = 0; round < 30; round++) {
    // As long as the server may be silent, and nothing that arrives is read meanwhile.
    const until = performance.now() + timeoutMilliseconds;
    while (performance.now() < until);
    await nextRound();
  }
  await run.end('FINISHED');
  assert.deepEqual(notices, []);
  const batches = requests.filter(({ path }) => path === 'runs/log-batch').map(({ body }) => body);
  const sizes = (key: string) => batches.flatMap((body) => (body[key] ? [body[key].length] : []));
  assert.deepEqual(
    sizes('metrics').reduce((sum, size) => sum + size, 0),
    800 * 3,
  );
  assert.ok(Math.max(...sizes('metrics')) <= 1000);
  assert.deepEqual(
    requests.slice(0, 3).map(({ path }) => path),
    ['experiments/create', 'runs/search', 'runs/create'],
  );
  assert.deepEqual(readdirSync(spool), []);
});

test('a file changed before it could be sent is skipped and reported', async (context) => {
  const { description, notices, folder } = prepare(context);
  const { address, requests } = await obligingServer(context);
  const file = join(folder, 'model.json');
  writeFileSync(file, 'old');
  const run = trackRun({ ...description, address });
  run.artifacts(file, 'old');
  writeFileSync(file, 'newer');
  run.artifacts(file, 'model');
  run.artifacts(join(folder, 'nothing'), 'model');
  await run.end('FAILED');
  assert.deepEqual(
    requests.flatMap(({ path }) => (path.includes('artifacts') ? [path] : [])),
    ['/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/model/model.json'],
  );
  assert.match(notices[0], /nothing of the run "n" cannot be tracked: ENOENT/);
  assert.match(notices[1], /lacks old\/model\.json: .*model\.json was changed or removed/);
  assert.deepEqual(requests.at(-1)!.body.status, 'FAILED');
});

test('a journal outlives its process, and is not taken from a running process', async (context) => {
  const { description, spool } = prepare(context);
  const { address, requests } = await obligingServer(context);
  const about = { address, experiment: 'e', name: 'mine', parameters: {}, tags: {}, started: 5 };
  const journal = Journal.open(spool, { ...about, id: 'a'.repeat(32) });
  const entry = (step: number) => ({ kind: 'metrics' as const, time: 6 + step, step, values: { loss: 1 } });
  journal.add(entry(1));
  journal.add(entry(2));
  journal.markSent(1);
  assert.deepEqual(Journal.waiting(spool), []);
  // Half a line, as left by a killed process; no process has that number.
  appendFileSync(journal.path, '{"kind":"metr');
  const content = readFileSync(journal.path, 'utf8');
  writeFileSync(journal.path, content.replace(`"process":${process.pid}`, '"process":4194305'));
  const [waiting, ...others] = Journal.waiting(spool);
  assert.deepEqual(others, []);
  assert.deepEqual(waiting.unsent, [entry(2), { kind: 'end', time: 8, status: 'KILLED' }]);
  // A run that is resumed continues it instead.
  const resumed = Journal.open(spool, { ...about, id: 'a'.repeat(32) });
  resumed.add(entry(3));
  assert.deepEqual(resumed.unsent, [entry(2), entry(3)]);
  assert.deepEqual(Journal.waiting(spool), []);
  resumed.release();
  const sent = await sendWaitingRuns({ ...description, spool });
  assert.deepEqual(sent, [{ name: 'mine', address, failure: null }]);
  const [steps] = requests.flatMap(({ body }) => (body.metrics ? [body.metrics as { step: number }[]] : []));
  assert.deepEqual(
    steps.map(({ step }) => step),
    [2, 3],
  );
  assert.deepEqual(readdirSync(spool), []);
});

test('entries for an unreachable server keep waiting, and do not delay those for another', async (context) => {
  const { description, notices, spool } = prepare(context);
  const gone = await serve(context, (request) => request.socket.destroy());
  const { address } = await obligingServer(context);
  for (const name of ['one', 'two']) await trackRun({ ...description, address: gone, name }).end('FINISHED');
  for (let attempt = 0; attempt < 2; attempt++) {
    const waiting = await sendWaitingRuns({ ...description, spool });
    assert.deepEqual(waiting.map(({ name, failure }) => [name, failure]).sort(), [
      ['one', 'UND_ERR_SOCKET'],
      ['two', 'UND_ERR_SOCKET'],
    ]);
  }
  notices.length = 0;
  await trackRun({ ...description, address }).end('FINISHED');
  assert.deepEqual(notices, []);
  assert.equal(readdirSync(spool).length, 2);
});

test("a child run is sent after its parent, and refers to it by the server's id", async (context) => {
  const { description, notices, spool } = prepare(context);
  const known = new Map<string, string>();
  const created: Record<string, string>[] = [];
  let away = true;
  const address = await serve(context, async (request, response) => {
    let content = '';
    for await (const chunk of request) content += chunk;
    if (away) return response.writeHead(503).end();
    const body = JSON.parse(content);
    const path = request.url!.replace('/api/2.0/mlflow/', '');
    const info = (run_id: string) => ({ info: { run_id, artifact_uri: '', status: 'RUNNING' } });
    let answer: unknown = { experiment_id: '1' };
    if (path === 'runs/search') {
      const id = known.get(body.filter.match(/'(.*)'/)[1]);
      answer = id ? { runs: [info(id)] } : {};
    } else if (path === 'runs/create') {
      const pairs = body.tags.map(({ key, value }: { key: string; value: string }) => [key, value]);
      const tags = Object.fromEntries(pairs) as Record<string, string>;
      created.push({ name: body.run_name, ...tags });
      known.set(tags['falconframes.run'], `server-${body.run_name}`);
      answer = { run: info(`server-${body.run_name}`) };
    }
    response.end(JSON.stringify(answer));
  });
  const [whole, part] = ['f', '0'].map((digit) => digit.repeat(32)); // by name the part comes first
  await trackRun({ ...description, address, name: 'part', id: part, parent: whole }).end('FINISHED');
  away = false;
  const [{ failure }] = await sendWaitingRuns({ ...description, spool });
  assert.equal(failure, 'its parent run is not there yet');
  away = true;
  await trackRun({ ...description, address, name: 'whole', id: whole }).end('FINISHED');
  away = false;
  notices.length = 0;
  const sent = await sendWaitingRuns({ ...description, spool });
  assert.deepEqual(
    sent.map(({ name, failure }) => [name, failure]),
    [
      ['whole', null],
      ['part', null],
    ],
  );
  assert.deepEqual(
    created.map((tags) => [tags.name, tags['mlflow.parentRunId']]),
    [
      ['whole', undefined],
      ['part', 'server-whole'],
    ],
  );
  assert.deepEqual([notices, readdirSync(spool)], [[], []]);
});
