import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../foundation';
import { countingListener, mostWithin } from './faulty-server.fixture';
import { listen } from './local-server';
import { createAsk, type RequestOptions } from './request';
import { HARDLY_LIMITED } from './source';
import { Unobtainable } from './unobtainable';

async function withAsk<T>(
  listener: RequestListener,
  options: Partial<RequestOptions>,
  run: (ask: <R>(path: string, check?: (body: string) => R) => Promise<R | string>) => Promise<T>,
): Promise<T> {
  const server = await listen(listener);
  const { ask, stop } = createAsk({
    baseUrl: server.url,
    firstPauseMilliseconds: 1,
    limits: HARDLY_LIMITED,
    ...options,
  });
  try {
    return await run(async (path, check) => (check ? ask(path, check) : ask(path, (body) => body)));
  } finally {
    stop(new Error('done'));
    await server.close();
  }
}

test('the limits hold in every window at the server, whatever the latency and failures', async () => {
  let number = 0;
  const { listener, arrivals } = countingListener((_, response) => {
    const status = ++number % 7 === 0 ? 503 : 200;
    setTimeout(() => response.writeHead(status).end('fine'), (number * 137) % 600);
  });
  // The published limits, with a second of 400 ms and a minute of six of these.
  const limits = {
    burst: { requests: 10, milliseconds: 400 },
    sustained: { requests: 50, milliseconds: 2_400 },
  };
  await withAsk(listener, { limits }, async (ask) => {
    await Promise.all(Array.from({ length: 60 }, (_, index) => ask(`/${index}`)));
  });
  assert.ok(arrivals.length > 60);
  assert.ok(mostWithin(arrivals, 400) <= 10, `${mostWithin(arrivals, 400)} in the short window`);
  assert.ok(mostWithin(arrivals, 2_400) <= 50, `${mostWithin(arrivals, 2_400)} in the long window`);
});

test('the sustained limit counts from the response, since the arrival time of a slow request is unknown', async () => {
  // Every request reaches the "server" only when it is answered: 300 ms late, or at once. A limit that counted from
  // sending would let the late ones and the punctual ones of the next window fall into one.
  const seen: number[] = [];
  const listener: RequestListener = (request, response) => {
    const delay = Number(request.url?.slice(1)) < 20 ? 300 : 0;
    setTimeout(() => {
      seen.push(performance.now());
      response.end('fine');
    }, delay);
  };
  const limits = {
    burst: { requests: 20, milliseconds: 20 },
    sustained: { requests: 20, milliseconds: 400 },
  };
  await withAsk(listener, { limits }, async (ask) => {
    await Promise.all(Array.from({ length: 60 }, (_, index) => ask(`/${index}`)));
  });
  assert.equal(seen.length, 60);
  assert.ok(mostWithin(seen, 400) <= 20, `${mostWithin(seen, 400)} in a window`);
});

test('Retry-After delays all requests, in seconds and as a date', async () => {
  const waits = async (form: 'seconds' | 'date') => {
    let first = true;
    const { listener, arrivals } = countingListener((_, response) => {
      const later = new Date(Date.now() + 2_000).toUTCString();
      if (first) response.writeHead(429, { 'Retry-After': form === 'date' ? later : '1' });
      first = false;
      response.end('fine');
    });
    await withAsk(
      listener,
      { limits: { ...HARDLY_LIMITED, burst: { requests: 1, milliseconds: 50 } } },
      (ask) => Promise.all([ask('/1'), ask('/2')]),
    );
    assert.equal(arrivals.length, 3);
    // A date has whole seconds: two seconds ahead is between one and two.
    assert.ok(arrivals[1] - arrivals[0] > 950, `${form}: ${arrivals[1] - arrivals[0]} ms`);
  };
  await Promise.all([waits('seconds'), waits('date')]);
});

test('a Retry-After of an hour ends the run immediately with a message', async () => {
  await withAsk(
    (_, response) => response.writeHead(503, { 'Retry-After': '3600' }).end(),
    {},
    async (ask) => {
      const [first, second] = await Promise.allSettled([ask('/1'), ask('/2')]);
      for (const { reason } of [first, second] as PromiseRejectedResult[]) {
        assert.ok(reason instanceof InputError);
        assert.match(reason.message, /asks for a pause of 60 minutes; run the same command again/);
      }
    },
  );
});

test('requests carry the User-Agent, and redirects are not followed', async () => {
  const agents = new Set<string | undefined>();
  let asked = 0;
  const listener: RequestListener = (request, response) => {
    asked++;
    agents.add(request.headers['user-agent']);
    if (request.url === '/moved') response.writeHead(302, { Location: '/elsewhere' }).end();
    else response.end('fine');
  };
  await withAsk(listener, { contact: 'me@example.org', retries: 1 }, async (ask) => {
    await ask('/1');
    await assert.rejects(ask('/moved'), /the service redirects to \/elsewhere/);
  });
  assert.equal(asked, 3);
  const [agent, ...others] = agents;
  assert.deepEqual(others, []);
  assert.match(agent ?? '', /^falconframes\/\d+\.\d+\.\d+ \(.*Europe PMC; contact me@example\.org\)$/);
  assert.throws(() => createAsk({ baseUrl: 'http://x', contact: 'a\nb' }), InputError);
  assert.throws(() => createAsk({ baseUrl: 'nowhere' }), InputError);
});

test('silence, a damaged body and a broken connection give different reasons', async () => {
  const gzip = { 'Content-Encoding': 'gzip' };
  const listener: RequestListener = (request, response) => {
    if (request.url === '/damaged') response.end(Buffer.from([0x61, 0xff, 0x62]));
    else if (request.url === '/cut') response.end(Buffer.from('é').subarray(0, 1));
    else if (request.url === '/short') {
      response.writeHead(200, { 'Content-Length': 100 }).write('half');
      setTimeout(() => response.destroy(), 5);
    } else if (request.url === '/slow') {
      let parts = 0; // longer than the time-out in all, but never silent for so long
      const timer = setInterval(() => (++parts < 6 ? response.write('x') : response.end('y')), 40);
      response.on('close', () => clearInterval(timer));
    } else if (request.url === '/stalls') response.write('half');
    else if (request.url === '/packed') response.writeHead(200, gzip).end(gzipSync('packed'));
    else if (request.url === '/cut-packed')
      response.writeHead(200, gzip).end(gzipSync('packed').subarray(0, 15));
    // and /silent: no answer
  };
  await withAsk(listener, { retries: 1, timeoutMilliseconds: 120 }, async (ask) => {
    assert.equal(await ask('/slow'), 'xxxxxy');
    assert.equal(await ask('/packed'), 'packed');
    await assert.rejects(ask('/cut-packed'), /the connection failed \(Z_BUF_ERROR\)/);
    await assert.rejects(ask('/damaged'), /bytes are not UTF-8/);
    await assert.rejects(ask('/cut'), /bytes are not UTF-8/);
    await assert.rejects(ask('/short'), /the connection failed/);
    await assert.rejects(ask('/stalls'), /did not answer in time/);
    await assert.rejects(ask('/silent'), /did not answer in time/);
  });
});

test('an unreachable service ends the run with one sentence, unless it has answered before', async () => {
  const server = await listen(() => {});
  await server.close();
  const { ask } = createAsk({ baseUrl: server.url, firstPauseMilliseconds: 1 });
  const results = await Promise.allSettled(['/1', '/2', '/3'].map((path) => ask(path, String)));
  for (const { reason } of results as PromiseRejectedResult[]) {
    assert.ok(reason instanceof InputError, String(reason));
    assert.match(
      reason.message,
      /cannot be reached: the connection failed \(ECONNREFUSED\); check the network/,
    );
  }
  let answered = false;
  const once: RequestListener = (request, response) => {
    if (answered) request.socket.destroy();
    else response.end('fine');
    answered = true;
  };
  await withAsk(once, { retries: 2 }, async (ask) => {
    await ask('/1');
    await assert.rejects(ask('/2'), Unobtainable);
  });
});

test('a password in the address is not shown in messages', async () => {
  const server = await listen(() => {});
  await server.close();
  const baseUrl = server.url.replace('//', '//me:secret@');
  const { ask } = createAsk({ baseUrl, firstPauseMilliseconds: 1 });
  await assert.rejects(ask('/1', String), (error: Error) => {
    assert.match(error.message, /^http:\/\/127\.0\.0\.1:\d+ cannot be reached/);
    return !error.message.includes('secret');
  });
});

test('invalid responses are retried up to three times, more often after a valid one', async () => {
  let asked = 0;
  let isRight = false;
  const listener: RequestListener = (_, response) => {
    asked++;
    response.end(isRight ? 'right' : 'wrong');
  };
  const check = (body: string) => {
    if (body === 'right') return body;
    throw new Unobtainable('the answer is wrong', 'when trusted');
  };
  await withAsk(listener, { retries: 6 }, async (ask) => {
    await assert.rejects(ask('/a/kind?1', check), /the answer is wrong/);
    assert.equal(asked, 3);
    isRight = true;
    await ask('/b/kind?2', check);
    [asked, isRight] = [0, false];
    await assert.rejects(ask('/c/kind?3', check), /the answer is wrong/);
    assert.equal(asked, 7);
    asked = 0;
    await assert.rejects(ask('/other', check), /the answer is wrong/);
    assert.equal(asked, 3);
  });
});
