import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import type { Annotation } from './article';
import { checkCollection } from './check';
import { collectArticles } from './collect';
import { compareAnnotations } from './compare';
import { folderListener, listen } from './local-server';
import { HARDLY_LIMITED } from './source';
import { TYPES } from './types.fixture';

const FAST = { limits: HARDLY_LIMITED, firstPauseMilliseconds: 1, timeoutMilliseconds: 200, retries: 2 };

function annotation(id: string, exact: string, type = 'Cell'): Annotation {
  return { prefix: 'a ', exact, postfix: ' b', tags: [{ name: exact, uri: 'u' }], id, type, provider: 'P' };
}

test('annotations are compared as multisets: by id if there is one, else by content', () => {
  const [a, b, c, again] = [
    ['1', 'a'],
    ['2', 'b'],
    ['', 'c'],
    ['', 'c'],
  ].map(([id, exact]) => annotation(id, exact));
  const changed = { ...b, exact: 'B' };
  const { id: _, ...reordered } = a;
  const same = { added: [], changed: [], removed: [] };
  assert.deepEqual(compareAnnotations([a, b, c], [c, { id: '1', ...reordered }, b]), same);
  assert.deepEqual(compareAnnotations([a, b], [changed, a]), {
    ...same,
    changed: [{ stored: b, service: changed }],
  });
  // Without ids, and twice: one more of the same content is one added.
  assert.deepEqual(compareAnnotations([c], [again, c]), { ...same, added: [c] });
  assert.deepEqual(compareAnnotations([again, c], [c]), { ...same, removed: [c] });
  const without = { ...a } as Partial<Annotation>;
  delete without.id;
  assert.deepEqual(compareAnnotations([a], [without as Annotation]), same);
  assert.deepEqual(compareAnnotations([a], [{ ...a, id: 'new' }]), same);
  assert.deepEqual(compareAnnotations([{ ...a, section: undefined }], [a]), same);
});

test('differences account for every annotation, whatever the lists (seeded)', () => {
  const some = fc.array(
    fc.record({ id: fc.constantFrom('', '1', '2', '3'), exact: fc.constantFrom('x', 'y') }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(some, some, (stored, service) => {
      const before = stored.map(({ id, exact }) => annotation(id, exact));
      const now = service.map(({ id, exact }) => annotation(id, exact));
      const { added, changed, removed } = compareAnnotations(before, now);
      assert.equal(before.length - removed.length, now.length - added.length);
      for (const pair of changed) assert.equal(pair.stored.id, pair.service.id);
      assert.deepEqual(compareAnnotations(before, before), { added: [], changed: [], removed: [] });
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('the check finds annotations added, changed and removed in the service, and modifies nothing', async () => {
  const serve = folderListener();
  let isLater = false;
  // Later the service has changed: PMC90000001 gained one, PMC90000002 lost one, PMC90000003 has one that differs,
  // PMC90000004 is unavailable, and PMC90000099 is available.
  const service: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const ids = url.searchParams.get('articleIds');
    if (!isLater || (!ids && !url.pathname.includes('PMC90000099'))) return serve(request, response);
    if (url.pathname.includes('PMC90000099')) return void response.end('<article></article>');
    if (ids?.includes('PMC:90000004')) return void response.writeHead(503).end();
    const end = response.end.bind(response) as (body: string) => typeof response;
    response.end = ((body: string) => {
      const articles = JSON.parse(body) as { pmcid: string; annotations: Annotation[] }[];
      for (const { pmcid, annotations } of articles) {
        if (pmcid === 'PMC90000001') annotations.push(annotation('new', 'hepatocyte'));
        if (pmcid === 'PMC90000002') annotations.shift();
        if (pmcid === 'PMC90000003') annotations[0].exact += 's';
      }
      if (ids?.includes('90000099'))
        articles.push({ pmcid: 'PMC90000099', annotations: [annotation('x', 'y')] });
      return end(JSON.stringify(articles));
    }) as typeof response.end;
    serve(request, response);
  };
  const server = await listen(service);
  const out = mkdtempSync(join(tmpdir(), 'check-'));
  try {
    const ids = [1, 2, 3, 4, 5, 6, 7, 8, 9, 98, 99].map((number) => `PMC${90_000_000 + number}`);
    const options = { ...FAST, out, baseUrl: server.url };
    await collectArticles({ ...options, source: 'europepmc', types: TYPES, ids });
    const files = () => readdirSync(out, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
    const before = files().map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));

    const same = await checkCollection(options);
    assert.equal(Object.keys(same.articles).length, 9);
    assert.ok(
      Object.values(same.totals).every(({ stored, service, added }) => stored === service && added === 0),
    );
    assert.deepEqual(Object.keys(same.missing), ['PMC90000098', 'PMC90000099']);
    assert.ok(Object.values(same.missing).every((reason) => reason !== null));

    isLater = true;
    const report = await checkCollection(options);
    const { PMC90000001: gained, PMC90000002: lost, PMC90000003: altered, ...others } = report.articles;
    assert.deepEqual(gained, { added: [annotation('new', 'hepatocyte')], changed: [], removed: [] });
    assert.deepEqual([lost.added, lost.changed, lost.removed.length], [[], [], 1]);
    assert.deepEqual([altered.added, altered.removed], [[], []]);
    assert.equal(altered.changed.length, 1);
    assert.equal(altered.changed[0].service.exact, `${altered.changed[0].stored.exact}s`);
    assert.equal(Object.keys(others).length, 5);
    assert.deepEqual(report.unchecked, { PMC90000004: 'the service answered with status 503' });
    assert.equal(report.missing.PMC90000099, null);
    assert.match(report.missing.PMC90000098 ?? '', /no annotations/);
    const sums = Object.values(report.totals).reduce(
      (sum, { added, changed, removed }) => [sum[0] + added, sum[1] + changed, sum[2] + removed],
      [0, 0, 0],
    );
    assert.deepEqual(sums, [1, 1, 1]);
    assert.equal(report.totals.Cell.added, 1);
    assert.deepEqual(
      files().map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')),
      before,
    );
  } finally {
    await server.close();
    rmSync(out, { recursive: true });
  }
});

test('an impossible check is reported', async () => {
  const out = mkdtempSync(join(tmpdir(), 'check-'));
  try {
    await assert.rejects(checkCollection({ ...FAST, out }), /manifest\.json: cannot be read/);
    await collectArticles({ source: 'sample', types: TYPES, ids: ['PMC90000001'], out });
    // The sample's collection is checked against the sample's own server.
    const { articles, source } = await checkCollection({ out });
    assert.deepEqual([Object.keys(articles), source], [['PMC90000001'], 'sample']);
    await assert.rejects(checkCollection({ ...FAST, out, source: 'europepmc' }), /was collected from sample/);
    const path = join(out, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"sample"', '"europepmc"'));
    const { url, close } = await listen((_, response) => response.writeHead(500).end());
    await assert.rejects(
      checkCollection({ ...FAST, out, baseUrl: url }),
      /none of 1 articles could be checked/,
    );
    await close();
    await assert.rejects(checkCollection({ ...FAST, out, baseUrl: url }), InputError);
    writeFileSync(path, '{}');
    await assert.rejects(checkCollection({ ...FAST, out }), /is not the manifest/);
  } finally {
    rmSync(out, { recursive: true });
  }
});
