import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../foundation';
import { type CollectionOptions, collectArticles } from './collect';
import { writeAnnotationsCsv } from './csv';
import { annotationsJson, articleXml, GOOD } from './europepmc-server.fixture';
import { faultyListener } from './faulty-server.fixture';
import { folderListener, type LocalServer, listen } from './local-server';
import { HARDLY_LIMITED } from './source';
import { TYPES } from './types.fixture';

/** Faster limits for tests, otherwise as for the public service. */
const FAST = {
  source: 'europepmc' as const,
  types: TYPES,
  limits: HARDLY_LIMITED,
  firstPauseMilliseconds: 1,
  timeoutMilliseconds: 200,
};

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

test('the sample is collected through its own server, and a second run sends no requests', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'collect-'));
  try {
    const first = await collectArticles({ source: 'sample', types: TYPES, out: folder });
    assert.equal(first.fetched, 21);
    assert.deepEqual(first.annotations, {
      'Gene Mutations': 240,
      Cell: 178,
      'Cell Line': 127,
      'Organ Tissue': 150,
    });
    assert.deepEqual(first.missing, {});
    const before = contents(folder);
    assert.equal((await collectArticles({ source: 'sample', types: TYPES, out: folder })).fetched, 0);
    assert.deepEqual(contents(folder), before);
    const damaged = join(folder, 'articles', 'PMC90000007.json');
    writeFileSync(damaged, readFileSync(damaged, 'utf8').slice(0, 500));
    assert.equal((await collectArticles({ source: 'sample', types: TYPES, out: folder })).fetched, 1);
    assert.deepEqual(contents(folder), before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder is replayed page by page; articles without annotations are collected on request, and a table lists all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'collect-'));
  try {
    const replay = join(folder, 'replay');
    for (const kind of ['articles', 'annotations']) mkdirSync(join(replay, kind), { recursive: true });
    for (let number = 1; number <= 230; number++) {
      const pmcid = `PMC${number}`;
      writeFileSync(join(replay, 'articles', `${pmcid}.xml`), articleXml(pmcid));
      const own = number % 2 === 0 ? [{ ...GOOD, postfix: ' cells, "grown"' }] : [];
      writeFileSync(join(replay, 'annotations', `${pmcid}.json`), annotationsJson([pmcid], own));
    }
    const options = { source: 'replay', replay, types: TYPES, limit: 1000 } as const;
    const annotated = await collectArticles({ ...options, out: join(folder, 'annotated') });
    assert.equal(annotated.stored, 115);
    const out = join(folder, 'all');
    const all = await collectArticles({ ...options, out, unannotated: true });
    assert.deepEqual([all.requested, all.stored], [230, 230]);
    const csv = join(folder, 'annotations.csv');
    assert.equal(writeAnnotationsCsv(out, csv), 115);
    const [header, first] = readFileSync(csv, 'utf8').split('\n');
    assert.equal(header, 'article,provider,section,class,prefix,exact,postfix,name,uri,id');
    assert.equal(first, 'PMC10,x,Results,Cell Line,,HeLa," cells, ""grown""",HeLa,u,1');

    await assert.rejects(collectArticles({ ...options, replay: undefined, out: join(folder, 'no') }), {
      name: 'InputError',
      message: /folder to replay is missing/,
    });
    await assert.rejects(collectArticles({ ...options, replay: folder, out: join(folder, 'no') }), {
      name: 'InputError',
      message: /articles: missing/,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('nothing is lost if every third response is faulty', async () => {
  const serve = folderListener();
  const faulty = faultyListener(serve, {
    share: 1 / 3,
    seed: 11,
    faults: ['unavailable', 'too many', 'reset', 'truncated', 'html', 'stall', 'another article'],
  });
  await withServer(faulty, async ({ url }, folder) => {
    const out = join(folder, 'faulty');
    const report = await collectArticles({ ...FAST, query: '*', out, baseUrl: url, retries: 14 });
    assert.deepEqual(report.missing, {});
    await withServer(serve, async (good) => {
      const undisturbed = join(folder, 'undisturbed');
      await collectArticles({ ...FAST, query: '*', out: undisturbed, baseUrl: good.url });
      assert.deepEqual(contents(out), contents(undisturbed));
    });
  });
});

test('unobtainable articles are listed with the reason, not stored, and requested again by the next run', async () => {
  const serve = folderListener();
  const whole = readFileSync(join(__dirname, '../../data/sample/articles/PMC90000004.xml'), 'utf8');
  const lies: Record<string, string> = {
    PMC90000001: '<!DOCTYPE html><html><body>Please wait</body></html>',
    PMC90000002: '<?xml version="1.0"?><article><body><p>cut',
    PMC90000003:
      '<article><front><article-meta><article-id pub-id-type="pmcid">PMC90000004</article-id></article-meta></front></article>',
    // Cut in the middle, and the end of the file put back.
    PMC90000004: `${whole.slice(0, whole.indexOf('</p>'))}</article>`,
  };
  let isLying = true;
  const lying: RequestListener = (request, response) => {
    const [pmcid] = /PMC\d+(?=\/fullTextXML)/.exec(request.url ?? '') ?? [];
    if (isLying && pmcid && lies[pmcid]) response.writeHead(200).end(lies[pmcid]);
    else if (pmcid === 'PMC90000006') response.writeHead(404).end();
    else serve(request, response);
  };
  await withServer(lying, async ({ url }, folder) => {
    const ids = [...Object.keys(lies), 'PMC90000005', 'PMC90000006', 'PMC90000099'];
    const options = { ...FAST, ids, out: folder, baseUrl: url, retries: 2 };
    const { missing } = await collectArticles(options);
    assert.match(
      missing.PMC90000004,
      /^the full text line \d+: not well-formed XML \(unexpected close tag\)$/,
    );
    const open = {
      PMC90000006: 'Europe PMC gives no full text of it (404); it is not there, or not open access',
      PMC90000099: 'the service has no annotations of these classes for it',
    };
    assert.deepEqual(missing, {
      PMC90000001: 'the full text is HTML',
      PMC90000002: 'the full text breaks off (line 1: the file ends inside <p>)',
      PMC90000003: 'the full text is that of PMC90000004',
      PMC90000004: missing.PMC90000004,
      ...open,
    });
    assert.deepEqual(readdirSync(join(folder, 'articles')), ['PMC90000005.json']);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    assert.deepEqual(Object.keys(manifest.articles), ['PMC90000005']);
    assert.equal(manifest.requested, 7);
    isLying = false;
    const second = await collectArticles(options);
    assert.deepEqual([second.fetched, second.stored, second.missing], [4, 5, open]);
  });
});

test('an article missing from responses is requested again separately, three times', async () => {
  const serve = folderListener();
  const timesAsked = new Map<string, number>();
  const forgetful: RequestListener = (request, response) => {
    const ids = new URL(request.url ?? '/', 'http://x').searchParams.get('articleIds');
    const times = (timesAsked.get(ids ?? '') ?? 0) + 1;
    if (ids) timesAsked.set(ids, times);
    if (ids && (ids.includes(',') || times < 3)) response.writeHead(200).end('[]');
    else serve(request, response);
  };
  await withServer(forgetful, async ({ url }, folder) => {
    const ids = ['PMC90000001', 'PMC90000002', 'PMC90000099'];
    const report = await collectArticles({ ...FAST, ids, out: folder, baseUrl: url });
    assert.equal(report.stored, 2);
    assert.equal(timesAsked.get('PMC:90000099'), 3);
    assert.equal(Math.max(...timesAsked.values()), 3);
  });
});

test('annotations are requested by type, eight articles per request', async () => {
  const serve = folderListener();
  let mostIds = 0;
  const watching: RequestListener = (request, response) => {
    const ids = new URL(request.url ?? '/', 'http://x').searchParams.get('articleIds')?.split(',') ?? [];
    mostIds = Math.max(mostIds, ids.length);
    serve(request, response);
  };
  await withServer(watching, async ({ url }, folder) => {
    const all = await collectArticles({ ...FAST, query: '*', out: join(folder, 'all'), baseUrl: url });
    for (const types of [['Cell'], ['Cell', 'Cell Line']] as const) {
      const out = join(folder, types.join());
      const report = await collectArticles({ ...FAST, query: '*', types, out, baseUrl: url });
      const expected = Object.fromEntries(types.map((type) => [type, all.annotations[type]]));
      assert.deepEqual(report.annotations, expected);
    }
  });
  assert.equal(mostIds, 8);
});

test('after a kill at any moment, the next run completes to identical files', async () => {
  const serve = folderListener();
  let killAt = 0;
  let served = 0;
  let child: ReturnType<typeof spawn> | undefined;
  const slow: RequestListener = (request, response) => {
    if (++served === killAt) child?.kill('SIGKILL');
    setTimeout(() => serve(request, response), 15);
  };
  await withServer(slow, async ({ url }, folder) => {
    const options = { ...FAST, query: '*', baseUrl: url };
    await collectArticles({ ...options, out: join(folder, 'undisturbed') });
    const undisturbed = contents(join(folder, 'undisturbed'));
    let some = 0;
    // During the search, the annotations, the full texts; the last time while the first file is being written.
    for (const moment of [1, 3, 17, 0]) {
      const out = join(folder, `killed at ${moment}`);
      [killAt, served] = [moment, 0];
      const script = `require(${JSON.stringify(join(__dirname, 'collect.js'))}).collectArticles(${JSON.stringify({ ...options, out })})`;
      child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child?.once('exit', (_, signal) => resolve(signal)));
      if (moment === 0) {
        while (!existsSync(join(out, 'articles'))) await new Promise((resolve) => setTimeout(resolve, 1));
        child.kill('SIGKILL');
      }
      assert.equal(await ended, 'SIGKILL');
      killAt = 0;
      const rest = await collectArticles({ ...options, out });
      some += 21 - rest.fetched;
      assert.deepEqual(contents(out), undisturbed, `killed at request ${moment}`);
      assert.deepEqual(readdirSync(out).sort(), ['articles', 'manifest.json']);
    }
    assert.ok(some > 0, 'no killed run had stored an article');
  });
});

test('a run on another day without changes does not rewrite the manifest', async () => {
  await withServer(folderListener(), async ({ url }, folder) => {
    const options: CollectionOptions = { ...FAST, ids: ['PMC90000001'], out: folder, baseUrl: url };
    const { date } = await collectArticles(options);
    assert.equal(date, new Date().toISOString().slice(0, 10));
    const path = join(folder, 'manifest.json');
    const older = readFileSync(path, 'utf8').replace(date, '2001-02-03');
    writeFileSync(path, older);
    assert.equal((await collectArticles(options)).date, '2001-02-03');
    assert.equal(readFileSync(path, 'utf8'), older);
    await collectArticles({ ...options, ids: ['PMC90000001', 'PMC90000002'] });
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).date, new Date().toISOString().slice(0, 10));
  });
});

test('temporary files of a killed run, and nothing else, are removed by the next run', async () => {
  await withServer(folderListener(), async ({ url }, folder) => {
    const options = { ...FAST, ids: ['PMC90000001'], out: folder, baseUrl: url };
    await collectArticles(options);
    const whole = contents(folder);
    const articles = join(folder, 'articles');
    writeFileSync(join(articles, 'PMC90000001.json.41274078-7-41274078.partial'), '{"pmcid":');
    writeFileSync(join(folder, 'manifest.json.0123abcd-7-0123abcd.partial'), '{');
    writeFileSync(join(articles, 'notes.txt'), 'mine');
    await collectArticles(options);
    assert.deepEqual(contents(folder), { ...whole, [join('articles', 'notes.txt')]: 'mine' });
    assert.deepEqual(readdirSync(folder).sort(), ['articles', 'manifest.json']);
  });
});

test('invalid options are reported, and an unreachable service leaves no files', async () => {
  const out = join(tmpdir(), 'never-written');
  await assert.rejects(
    collectArticles({ source: 'europepmc', types: TYPES, out }),
    /give ids, a query or types/,
  );
  await assert.rejects(collectArticles({ source: 'sample', types: [], out }), /name at least one/);
  await assert.rejects(
    collectArticles({ source: 'sample', types: ['Cell\u0007'], out }),
    /"Cell\\x07" is no type of annotations/,
  );
  await assert.rejects(
    collectArticles({ source: 'sample', types: TYPES, ids: ['12'], out }),
    /"12" is not an article id/,
  );
  await assert.rejects(collectArticles({ source: 'sample', types: TYPES, ids: [], out }), InputError);
  await assert.rejects(
    collectArticles({ source: 'sample', types: TYPES, query: 'unheard-of', out, firstPauseMilliseconds: 1 }),
    /No open-access article/,
  );
  const { url, close } = await listen(() => {});
  await close();
  const ids = ['PMC90000001', 'MED:90000002', 'PMC90000003'];
  await assert.rejects(
    collectArticles({ ...FAST, ids, out, baseUrl: url }),
    (error) => error instanceof InputError && /cannot be reached/.test(error.message),
  );
  assert.equal(existsSync(out), false);
});
