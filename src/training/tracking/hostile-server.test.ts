// Malicious servers, journals and ids, and passwords that must not leak.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { acquireLock, InputError } from '../../foundation';
import { authorizationFor } from './credentials';
import { readRunId, writeRunId } from './run-id';
import { sendWaitingRuns } from './server-destination';
import { trackingAddress, trackRun } from './track-run';

const ID = 'a'.repeat(32);

async function serve(context: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function prepare(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-tracking-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const notices: string[] = [];
  const notify = (sentence: string) => void notices.push(sentence);
  const spool = join(folder, 'spool');
  const quick = { timeoutMilliseconds: 2_000, pauseMilliseconds: 1 };
  return { folder, notices, spool, description: { experiment: 'e', name: 'n', spool, notify, ...quick } };
}

function setEnvironment(context: TestContext, variables: Record<string, string>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  context.after(() => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
}

/** The server's answer to every request. */
const answers: [what: string, answer: string, reason: RegExp][] = [
  ['null', 'null', /not that of an MLflow server/],
  ['a list', '[[]]', /not that of an MLflow server/],
  ['an id that is a path', '{"experiment_id":"../../x"}', /not that of an MLflow server/],
  ['an id that is an object', '{"experiment_id":{"a":1}}', /not that of an MLflow server/],
  ['no run', '{"experiment_id":"1","runs":[null]}', /not that of an MLflow server/],
  ['a run without id', '{"experiment_id":"1","run":{"info":{}}}', /not that of an MLflow server/],
  ['deep nesting', '['.repeat(1_000_000), /not that of an MLflow server/],
  ['more than an answer has', `{"a":"${'x'.repeat(6 * 2 ** 20)}"}`, /its answer is too large/],
];

for (const [what, answer, reason] of answers)
  test(`a server that answers with ${what} is rejected`, async (context) => {
    const { description, notices } = prepare(context);
    const port = await serve(context, (_, response) => void response.end(answer));
    await trackRun({ ...description, address: `http://127.0.0.1:${port}` }).end('FINISHED');
    assert.match(notices.at(-1)!, reason);
  });

test('an endless answer is cut off', async (context) => {
  const { description, notices } = prepare(context);
  const port = await serve(context, (_, response) => {
    const send = () => {
      while (!response.destroyed && response.write('x'.repeat(100_000)));
      if (!response.destroyed) response.once('drain', send);
    };
    send();
  });
  await trackRun({ ...description, address: `http://127.0.0.1:${port}` }).end('FINISHED');
  assert.match(notices.at(-1)!, /its answer is too large/);
});

test("a server's error message is shortened", async (context) => {
  const { description, notices } = prepare(context);
  const body = JSON.stringify({ message: 'm'.repeat(100_000) });
  const port = await serve(context, (_, response) => void response.writeHead(500).end(body));
  await trackRun({ ...description, address: `http://127.0.0.1:${port}` }).end('FINISHED');
  assert.ok(notices.every(({ length }) => length < 1_000));
});

test('a password is sent to the server, and is in neither the journal nor a message', async (context) => {
  const { description, notices, spool } = prepare(context);
  const seen = new Set<string | undefined>();
  const port = await serve(context, ({ headers }, response) => {
    seen.add(headers.authorization);
    response.writeHead(401).end('{"message":"log in"}');
  });
  const address = `http://username:s%40cret@127.0.0.1:${port}`;
  const run = trackRun({ ...description, address, parameters: { a: 1 } });
  run.metrics({ loss: 1 }, 1);
  await run.end('FINISHED');
  assert.deepEqual([...seen], [`Basic ${Buffer.from('username:s@cret').toString('base64')}`]);
  const [name] = readdirSync(spool);
  const journal = readFileSync(join(spool, name), 'utf8');
  assert.equal(JSON.parse(journal.split('\n')[0]).address, `http://127.0.0.1:${port}`);
  for (const said of [journal, ...notices]) assert.doesNotMatch(said, /s@cret|s%40cret|username/);
  assert.match(notices.at(-1)!, /with the password in MLFLOW_TRACKING_URI/);
  assert.equal(statSync(join(spool, name)).mode & 0o777, 0o600);
  assert.equal(statSync(spool).mode & 0o777, 0o700);

  seen.clear();
  setEnvironment(context, { MLFLOW_TRACKING_URI: address });
  const [{ failure }] = await sendWaitingRuns({ ...description });
  assert.equal(failure, 'log in');
  assert.deepEqual([...seen], [`Basic ${Buffer.from('username:s@cret').toString('base64')}`]);
});

test('a password in an old journal is not kept', async (context) => {
  const { description, spool } = prepare(context);
  const port = await serve(context, (_, response) => void response.writeHead(503).end());
  mkdirSync(spool);
  const start = { address: `http://u:secret@127.0.0.1:${port}`, id: ID, experiment: 'e', name: 'n' };
  const path = join(spool, `${ID}.jsonl`);
  writeFileSync(path, `${JSON.stringify({ ...start, parameters: {}, tags: {}, started: 1 })}\n`);
  const [sent] = await sendWaitingRuns(description);
  assert.equal(sent.address, `http://127.0.0.1:${port}`);
  assert.doesNotMatch(readFileSync(path, 'utf8'), /secret/);
});

test('passwords of the environment are sent only to the server they are for', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const both = { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p' };
  assert.equal(authorizationFor('http://a', both), basic('u:p'));
  assert.equal(authorizationFor('http://a', { ...both, MLFLOW_TRACKING_TOKEN: 't\n' }), 'Bearer t');
  assert.equal(authorizationFor('http://a', { ...both, MLFLOW_TRACKING_URI: 'http://a/' }), basic('u:p'));
  assert.equal(authorizationFor('http://a', { ...both, MLFLOW_TRACKING_URI: 'http://b' }), undefined);
  assert.equal(authorizationFor('http://a:1', { MLFLOW_TRACKING_URI: 'http://x:y@a:1' }), basic('x:y'));
  assert.equal(authorizationFor('https://a', { MLFLOW_TRACKING_URI: 'http://x:y@a' }), undefined);
});

test('a rejected address is shown without its password', () => {
  for (const address of [
    'postgresql://ada:secret@host/db',
    'http://ada:sec/ret@host',
    'http://ada:secret@host/?token=secret',
    'ada:secret@host',
  ])
    assert.throws(
      () => trackingAddress(address),
      (error: Error) => error instanceof InputError && !/ada|sec|ret@/.test(error.message),
      address,
    );
  assert.equal(trackingAddress('https://ada:secret@host/mlflow/'), 'https://host/mlflow');
});

test('a redirect is not followed, so the other server receives nothing', async (context) => {
  const { description, notices } = prepare(context);
  let asked = 0;
  const other = await serve(context, (_, response) => void response.end(String(++asked)));
  for (const status of [301, 302, 307, 308]) {
    const port = await serve(context, (_, response) =>
      response.writeHead(status, { Location: `http://127.0.0.1:${other}/` }).end(),
    );
    await trackRun({ ...description, address: `http://u:p@127.0.0.1:${port}` }).end('FINISHED');
    assert.match(notices.at(-1)!, /redirects to another address/);
  }
  assert.equal(asked, 0);
});

test('an artifact location outside the artifacts is not used', async (context) => {
  const { description, notices, folder } = prepare(context);
  const paths: string[] = [];
  const info = { run_id: 'r', artifact_uri: 'mlflow-artifacts:/../../../users/create', status: 'RUNNING' };
  const port = await serve(context, async (request, response) => {
    for await (const _ of request);
    paths.push(request.url!);
    response.end(JSON.stringify({ experiment_id: '1', run: { info } }));
  });
  const run = trackRun({ ...description, address: `http://127.0.0.1:${port}` });
  const file = join(folder, 'model.json');
  writeFileSync(file, '{}');
  run.artifacts(file, 'model');
  await run.end('FINISHED');
  assert.match(notices.join('\n'), /it accepts no artifacts over HTTP/);
  assert.deepEqual(
    paths.filter((path) => path.includes('users')),
    [],
  );
});

test('an invalid id is not used as a file name', (context) => {
  const { description, folder } = prepare(context);
  for (const id of ['../../victim', '', 'x', 'A'.repeat(32), `${ID}/..`, `${ID}\n`]) {
    for (const address of [join(folder, 'runs'), 'http://127.0.0.1:9'])
      assert.throws(() => trackRun({ ...description, address, id }), InputError, id);
    assert.throws(() => trackRun({ ...description, address: join(folder, 'runs'), parent: id }), InputError);
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('an id file that is invalid, a link or not a file starts a new run', (context) => {
  const { folder } = prepare(context);
  const path = join(folder, 'tracked-run.txt');
  const victim = join(folder, 'victim');
  assert.equal(readRunId(path), undefined);
  writeFileSync(victim, ID);
  symlinkSync(victim, path);
  const notices: string[] = [];
  assert.equal(
    readRunId(path, (sentence) => notices.push(sentence)),
    undefined,
  );
  writeRunId(path, 'b'.repeat(32));
  assert.equal(readFileSync(victim, 'utf8'), ID);
  assert.equal(readRunId(path), 'b'.repeat(32));
  for (const content of ['../../victim', '', `${ID}${ID}`]) {
    writeFileSync(path, content);
    assert.equal(
      readRunId(path, (sentence) => notices.push(sentence)),
      undefined,
    );
  }
  assert.equal(notices.length, 4);
  assert.match(notices[0], /tracked-run\.txt: contains no id of a tracked run/);
});

test('names of parameters and metrics cannot lead out of the folder', async (context) => {
  const { folder, description, notices } = prepare(context);
  const address = join(folder, 'deep', 'runs');
  assert.throws(() => trackRun({ ...description, address, parameters: { '../../../../x': 1 } }), InputError);
  const run = trackRun({ ...description, address });
  run.metrics({ '../../../../../x': 1 }, 1);
  await run.end('FINISHED');
  assert.match(notices[0], /names no file in/);
  assert.deepEqual(readdirSync(folder), ['deep']);
});

test('damaged journals are skipped and reported, and the others sent', async (context) => {
  const { description, notices, spool } = prepare(context);
  const port = await serve(context, async (request, response) => {
    for await (const _ of request);
    const info = { run_id: 'r', status: 'RUNNING' };
    response.end(JSON.stringify({ experiment_id: '1', run: { info } }));
  });
  mkdirSync(spool);
  const start = {
    address: `http://127.0.0.1:${port}`,
    experiment: 'e',
    name: 'n',
    parameters: {},
    tags: {},
    started: 1,
  };
  const write = (digit: string, first: object, ...lines: unknown[]) => {
    const id = digit.repeat(32);
    const content = [{ ...start, id, ...first }, ...lines].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(join(spool, `${id}.jsonl`), content.join(''));
  };
  write('0', { id: '../../victim' });
  write('1', { address: 'file:///etc/passwd' });
  write('2', { parameters: { a: 1 } });
  write('3', {}, { kind: 'metrics', time: 1, step: 1, values: { a: 'x' } });
  write('4', {}, { kind: 'artifact', file: '/etc/passwd', path: '../../x', bytes: 1, modified: 1 });
  write('5', {}, { kind: 'end', time: 1, status: 'GONE' });
  write('6', {}, { sent: -1 });
  write('7', {}, null);
  write('8', { process: -1 });
  write('9', {}, { kind: 'end', time: 1, status: 'FAILED' });
  symlinkSync('/dev/zero', join(spool, `${'b'.repeat(32)}.jsonl`));
  writeFileSync(join(spool, 'notes.jsonl'), 'the user’s own');
  const sent = await sendWaitingRuns(description);
  assert.deepEqual(sent, [{ name: 'n', address: start.address, failure: null }]);
  assert.equal(notices.length, 10);
  assert.ok(notices.every((notice) => /damaged|is a link/.test(notice)));
});

test('a resumed run with a damaged journal renames it, and is sent', async (context) => {
  const { description, notices, spool, folder } = prepare(context);
  const port = await serve(context, async (request, response) => {
    for await (const _ of request);
    response.end(JSON.stringify({ experiment_id: '1', run: { info: { run_id: 'r', status: 'RUNNING' } } }));
  });
  mkdirSync(spool);
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'the user’s own');
  symlinkSync(victim, join(spool, `${ID}.jsonl`));
  await trackRun({ ...description, address: `http://127.0.0.1:${port}`, id: ID }).end('FINISHED');
  assert.match(notices.join('\n'), /damaged; it is kept as .*\.damaged/);
  assert.equal(readFileSync(victim, 'utf8'), 'the user’s own');
  assert.deepEqual(readdirSync(spool), [`${ID}.jsonl.damaged`]);
});

test('pending runs are sent by one process at a time', async (context) => {
  const { description, spool } = prepare(context);
  mkdirSync(spool);
  const release = acquireLock(spool);
  await assert.rejects(sendWaitingRuns(description), {
    name: 'InputError',
    message: /is in use by another run/,
  });
  release();
  assert.deepEqual(await sendWaitingRuns(description), []);
});
