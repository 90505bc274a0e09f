import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom, InputError } from '../foundation';
import { collectArticles } from './collect';
import { type LocalServer, listen, sampleListener } from './sample-server';

/** Fast enough for tests, otherwise as for the public service. */
const FAST = { requestsPerMinute: 60_000, firstPauseMilliseconds: 1, timeoutMilliseconds: 300 };

async function withServer(
  listener: RequestListener,
  run: (server: LocalServer, folder: string) => Promise<void>,
): Promise<void> {
  const server = await listen(listener);
  const folder = mkdtempSync(join(tmpdir(), 'collect-'));
  try {
    await run(server, folder);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function contents(folder: string): Record<string, string> {
  const files = [
    'manifest.json',
    ...readdirSync(join(folder, 'articles')).map((name) => join('articles', name)),
  ];
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

test('the sample is collected through its own server, and a second run asks for nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'collect-'));
  try {
    const first = await collectArticles({ source: 'sample', out: folder });
    assert.equal(first.fetched, 21);
    assert.deepEqual(first.annotations, {
      'Gene Mutations': 240,
      Cell: 178,
      'Cell Line': 127,
      'Organ Tissue': 150,
    });
    assert.deepEqual(first.missing, {});
    const before = contents(folder);
    assert.equal((await collectArticles({ source: 'sample', out: folder })).fetched, 0);
    assert.deepEqual(contents(folder), before);
    const damaged = join(folder, 'articles', 'PMC90000007.json');
    writeFileSync(damaged, readFileSync(damaged, 'utf8').slice(0, 500));
    assert.equal((await collectArticles({ source: 'sample', out: folder })).fetched, 1);
    assert.deepEqual(contents(folder), before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a fault in every third answer loses nothing', async () => {
  const serve = sampleListener();
  const { next, below } = createRandom(11);
  const faults: RequestListener[] = [
    (_, response) => response.writeHead(503, { 'Retry-After': '0' }).end('busy'),
    (_, response) => response.writeHead(429).end(),
    (_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html><html>Sorry</html>'),
    (request) => request.socket.destroy(),
    () => {}, // never answers
    (request, response) => {
      const end = response.end.bind(response) as (body: string) => typeof response;
      response.end = ((body: string) => end(body.slice(0, body.length / 2))) as typeof response.end;
      serve(request, response); // half of the right answer, said to be whole
    },
    (request, response) => {
      request.url = request.url?.replace(/PMC900000(\d\d)/, 'PMC90000021');
      serve(request, response); // another article than was asked for
    },
  ];
  const faulty: RequestListener = (request, response) =>
    next() < 1 / 3 ? faults[below(faults.length)](request, response) : serve(request, response);
  await withServer(faulty, async ({ url }, folder) => {
    const out = join(folder, 'faulty');
    const report = await collectArticles({
      source: 'europepmc',
      query: '*',
      out,
      baseUrl: url,
      retries: 12,
      ...FAST,
    });
    assert.deepEqual(report.missing, {});
    await withServer(serve, async (good) => {
      const undisturbed = join(folder, 'undisturbed');
      await collectArticles({
        source: 'europepmc',
        query: '*',
        out: undisturbed,
        baseUrl: good.url,
        ...FAST,
      });
      assert.deepEqual(contents(out), contents(undisturbed));
    });
  });
});

test('what cannot be had is listed with its reason and never stored', async () => {
  const serve = sampleListener();
  const lies: Record<string, string> = {
    PMC90000001: '<!DOCTYPE html><html><body>Please wait</body></html>',
    PMC90000002: '<?xml version="1.0"?><article><body><p>cut',
    PMC90000003: '<article><front><article-id pub-id-type="pmcid">PMC90000004</article-id></front></article>',
  };
  const lying: RequestListener = (request, response) => {
    const [pmcid] = /PMC\d+(?=\/fullTextXML)/.exec(request.url ?? '') ?? [];
    if (pmcid && lies[pmcid]) response.writeHead(200).end(lies[pmcid]);
    else serve(request, response);
  };
  await withServer(lying, async ({ url }, folder) => {
    const ids = [...Object.keys(lies), 'PMC90000005', 'PMC90000099'];
    const report = await collectArticles({
      source: 'europepmc',
      ids,
      out: folder,
      baseUrl: url,
      retries: 1,
      ...FAST,
    });
    assert.deepEqual(report.missing, {
      PMC90000001: 'the full text is no JATS article',
      PMC90000002: 'the full text breaks off',
      PMC90000003: 'the full text is that of PMC90000004',
      PMC90000099: 'the service has no annotations of these classes for it',
    });
    assert.deepEqual(readdirSync(join(folder, 'articles')), ['PMC90000005.json']);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    assert.deepEqual(Object.keys(manifest.articles), ['PMC90000005']);
    assert.equal(manifest.requested, 5);
  });
});

test('an article that a group’s answer lost is asked for again', async () => {
  const serve = sampleListener();
  const forgetful: RequestListener = (request, response) => {
    if (request.url?.includes('%2C')) response.writeHead(200).end('[]');
    else serve(request, response);
  };
  await withServer(forgetful, async ({ url }, folder) => {
    const ids = ['PMC90000001', 'PMC90000002'];
    const report = await collectArticles({ source: 'europepmc', ids, out: folder, baseUrl: url, ...FAST });
    assert.equal(report.stored, 2);
  });
});

test('requests come no faster than the limit, no more than eight ids each, and say who asks', async () => {
  const serve = sampleListener();
  const times: number[] = [];
  let mostIds = 0;
  const agents = new Set<string | undefined>();
  const watching: RequestListener = (request, response) => {
    times.push(performance.now());
    const ids = new URL(request.url ?? '/', 'http://x').searchParams.get('articleIds')?.split(',') ?? [];
    mostIds = Math.max(mostIds, ids.length);
    agents.add(request.headers['user-agent']);
    serve(request, response);
  };
  await withServer(watching, async ({ url }, folder) => {
    const limits = { ...FAST, requestsPerMinute: 3000, contact: 'me@example.org' };
    await collectArticles({ source: 'europepmc', query: '*', out: folder, baseUrl: url, ...limits });
  });
  assert.equal(times.length, 1 + 3 + 21);
  assert.equal(mostIds, 8);
  assert.deepEqual([...agents], ['falconframes (me@example.org)']);
  // 20 ms apart when sent; on arrival some jitter.
  for (let last = 10; last < times.length; last++) assert.ok(times[last] - times[last - 10] > 150);
});

test('Retry-After makes every request wait', async () => {
  const serve = sampleListener();
  const times: number[] = [];
  const busyOnce: RequestListener = (request, response) => {
    times.push(performance.now());
    if (times.length === 1) response.writeHead(503, { 'Retry-After': '1' }).end();
    else serve(request, response);
  };
  await withServer(busyOnce, async ({ url }, folder) => {
    await collectArticles({ source: 'europepmc', ids: ['PMC90000001'], out: folder, baseUrl: url, ...FAST });
  });
  assert.ok(times[1] - times[0] > 900, String(times[1] - times[0]));
});

test('killed in the midst, the next run completes to the same bytes', async () => {
  const serve = sampleListener();
  let served = 0;
  let child: ReturnType<typeof spawn> | undefined;
  const slow: RequestListener = (request, response) => {
    if (++served === 12) child?.kill('SIGKILL');
    setTimeout(() => serve(request, response), 20);
  };
  await withServer(slow, async ({ url }, folder) => {
    const options = {
      source: 'europepmc' as const,
      query: '*',
      out: join(folder, 'killed'),
      baseUrl: url,
      ...FAST,
    };
    const script = `require(${JSON.stringify(join(__dirname, 'collect.js'))}).collectArticles(${JSON.stringify(options)})`;
    child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    await new Promise((resolve) => child?.once('exit', resolve));
    const rest = await collectArticles(options);
    assert.ok(rest.fetched < 21, `${rest.fetched} articles fetched`);
    const undisturbed = { ...options, out: join(folder, 'undisturbed') };
    await collectArticles(undisturbed);
    assert.deepEqual(contents(options.out), contents(undisturbed.out));
  });
});

test('what a run killed in mid-write left is gone after the next, and nothing else', async () => {
  await withServer(sampleListener(), async ({ url }, folder) => {
    const options = {
      source: 'europepmc' as const,
      ids: ['PMC90000001'],
      out: folder,
      baseUrl: url,
      ...FAST,
    };
    await collectArticles(options);
    const whole = contents(folder);
    const articles = join(folder, 'articles');
    writeFileSync(join(articles, 'PMC90000001.json.4127407842'), '{"pmcid":');
    writeFileSync(join(folder, 'manifest.json.17'), '{');
    writeFileSync(join(articles, 'notes.txt'), 'mine');
    await collectArticles(options);
    assert.deepEqual(contents(folder), { ...whole, [join('articles', 'notes.txt')]: 'mine' });
    assert.deepEqual(readdirSync(folder).sort(), ['articles', 'manifest.json']);
  });
});

test('what makes no sense is said', async () => {
  const out = join(tmpdir(), 'never-written');
  await assert.rejects(collectArticles({ source: 'europepmc', out }), /give ids or a query/);
  await assert.rejects(collectArticles({ source: 'sample', ids: ['12'], out }), /"12" is no PMCID/);
  await assert.rejects(collectArticles({ source: 'sample', ids: [], out }), InputError);
  await assert.rejects(
    collectArticles({ source: 'sample', query: 'unheard-of', out }),
    /No open-access article/,
  );
});
