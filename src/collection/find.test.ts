import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../foundation';
import { collectArticles } from './collect';
import { createEuropePmc, type EuropePmc } from './europepmc';
import { wantedByIds, wantedByQuery, wantedByTypes } from './find';
import { normalizedId } from './ids';
import { folderListener, listen } from './local-server';
import { HARDLY_LIMITED } from './source';
import { TYPES } from './types.fixture';

const folder = mkdtempSync(join(tmpdir(), 'find-'));
after(() => rmSync(folder, { recursive: true }));

async function withService(listener: RequestListener, run: (service: EuropePmc) => Promise<void>) {
  const server = await listen(listener);
  const service = createEuropePmc({
    baseUrl: server.url,
    limits: HARDLY_LIMITED,
    firstPauseMilliseconds: 1,
    retries: 3,
  });
  try {
    await run(service);
  } finally {
    service.close();
    await server.close();
  }
}

test('ids are read in all common notations', () => {
  for (const written of ['PMC3320746', 'PMC:3320746', 'pmc3320746', ' PMC/3320746\r', 'PMC:PMC3320746'])
    assert.equal(normalizedId(written), 'PMC3320746', written);
  for (const written of ['MED:22536497', 'MED/22536497', 'med:22536497'])
    assert.equal(normalizedId(written), 'MED:22536497', written);
  for (const written of ['22536497', 'MED22536497', 'MED:PMC12', 'PMC', 'PMC0', 'PMCx1', 'PMC1 PMC2', ''])
    assert.equal(normalizedId(written), undefined, written);
});

test('PubMed ids are looked up in batches; each unobtainable one has a reason', async () => {
  const known: Record<string, object> = {
    1: { pmcid: 'PMC101', inEPMC: 'Y', isOpenAccess: 'Y' },
    2: { inEPMC: 'N', isOpenAccess: 'N' },
    3: { pmcid: 'PMC103', inEPMC: 'Y', isOpenAccess: 'N' },
    4: { pmcid: 'PMC104', inEPMC: 'Y', isOpenAccess: 'Y' },
  };
  for (let id = 100; id < 150; id++) known[id] = { pmcid: `PMC${id}000`, inEPMC: 'Y', isOpenAccess: 'Y' };
  const queries: string[] = [];
  const listener: RequestListener = (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://x');
    assert.equal(searchParams.get('resultType'), 'lite');
    const query = searchParams.get('query') ?? '';
    queries.push(query);
    assert.match(query, /^SRC:MED AND \(EXT_ID:\d+( OR EXT_ID:\d+)*\)$/);
    const ids = [...query.matchAll(/EXT_ID:(\d+)/g)].map(([, id]) => id);
    // The first response omits one id, and contains one of another source that was not requested.
    const given = ids.filter((id) => known[id] && !(queries.length === 1 && id === '4'));
    const result = given.map((id) => ({ id, source: 'MED', ...known[id] }));
    response.end(
      JSON.stringify({ resultList: { result: [{ id: '5', source: 'PPR', pmcid: 'PMC105' }, ...result] } }),
    );
  };
  await withService(listener, async (service) => {
    const many = Array.from({ length: 50 }, (_, index) => `MED:${100 + index}`);
    const { articles, missing } = await wantedByIds(service, [
      ...['PMC:101', 'MED/1', 'MED:2', 'MED:3', 'MED:4', 'MED:5', 'MED/4'],
      ...many,
    ]);
    assert.deepEqual([...articles].slice(0, 3), [
      ['PMC101', 'PMC101'],
      ['PMC104', 'MED:4'],
      ['PMC100000', 'MED:100'],
    ]);
    assert.equal(articles.size, 52);
    assert.deepEqual(Object.fromEntries(missing), {
      'MED:2': 'Europe PMC has no full text of it',
      'MED:3': 'its full text (PMC103) is not open access',
      'MED:5': 'Europe PMC does not know the id',
    });
    // Two batches; one requested again for the omitted id, and again for the unknown one.
    assert.ok(queries.length <= 5, queries.join('\n'));
  });
});

test('PubMed ids that cannot be looked up are listed as missing', async () => {
  const serve = folderListener();
  const noSearch: RequestListener = (request, response) => {
    if (request.url?.includes('/search')) response.writeHead(503).end();
    else serve(request, response);
  };
  await withService(noSearch, async (service) => {
    const { articles, missing } = await wantedByIds(service, ['MED:90000001', 'PMC90000002']);
    assert.deepEqual([...articles.keys()], ['PMC90000002']);
    assert.match(missing.get('MED:90000001') ?? '', /its PMCID could not be obtained: .*503/);
  });
});

test('articles requested by PubMed id are stored by PMCID, and listed as missing by the given id', async () => {
  const out = join(folder, 'ids');
  const ids = ['MED/90000001', 'MED:90000099', 'PMC90000002', 'MED:90000002'];
  const report = await collectArticles({
    source: 'sample',
    types: TYPES,
    ids,
    out,
    firstPauseMilliseconds: 1,
  });
  assert.deepEqual(readdirSync(join(out, 'articles')), ['PMC90000001.json', 'PMC90000002.json']);
  assert.deepEqual(report.pmcids, { 'MED:90000001': 'PMC90000001' });
  assert.deepEqual(report.missing, { 'MED:90000099': 'Europe PMC does not know the id' });
  assert.deepEqual([report.by, report.requested, report.stored], ['ids', 3, 2]);
});

test('articles are found by the classes of their annotations, a page of eight of each class in turn', async () => {
  const serve = folderListener();
  const pages: string[] = [];
  const watching: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname.endsWith('annotationsBySectionAndOrType'))
      pages.push(
        `${searchParams.get('type')} ${searchParams.get('cursorMark')} ${searchParams.get('format')}`,
      );
    serve(request, response);
  };
  await withService(watching, async (service) => {
    const all = await wantedByTypes(service, ['Cell Line'], 100);
    const sample = await wantedByQuery(service, '*', 100);
    const withCellLines: string[] = [];
    for (const pmcid of sample.articles.keys()) {
      const found = await service.annotations([pmcid], ['Cell Line']);
      if (found.size > 0) withCellLines.push(pmcid);
    }
    assert.deepEqual([...all.articles.keys()], withCellLines);
    assert.ok(withCellLines.length > 8);
    assert.equal(pages[0], 'Cell Line 0 JSON');
    assert.equal(pages.length, Math.ceil(withCellLines.length / 8));
    pages.length = 0;
    const two = await wantedByTypes(service, ['Cell', 'Organ Tissue'], 5);
    assert.equal(two.articles.size, 5);
    assert.deepEqual(pages.sort(), ['Cell 0 JSON', 'Organ Tissue 0 JSON']);
  });
});

test('pages by class: articles outside PubMed Central are skipped, empty pages requested again, the end found', async () => {
  const article = (number: number, isInPmc: boolean) => ({
    source: 'MED',
    extId: String(number),
    ...(isInPmc ? { pmcid: `PMC${number}` } : {}),
    annotations: [{ exact: 'cell', type: 'Cell' }],
  });
  const asked: string[] = [];
  const listener: RequestListener = (request, response) => {
    const cursor = new URL(request.url ?? '/', 'http://x').searchParams.get('cursorMark') ?? '';
    asked.push(cursor);
    const page = (nextCursorMark: number, articles: object[]) =>
      response.end(JSON.stringify({ cursorMark: Number(cursor), nextCursorMark, articles }));
    if (asked.length === 2) response.end('<html>');
    else if (asked.length === 3)
      page(-1, []); // a lie: there is more
    else if (cursor === '0') page(7.5e9, [article(1, true), article(2, false)]);
    else if (cursor === '7500000000') page(3.25, [article(3, false)]);
    else page(3.25, [article(4, true)]); // the same cursor again: the last page
  };
  await withService(listener, async (service) => {
    const { articles } = await wantedByTypes(service, ['Cell'], 10);
    assert.deepEqual([...articles.keys()], ['PMC1', 'PMC4']);
    assert.deepEqual(asked, ['0', '7500000000', '7500000000', '7500000000', '3.25']);
  });
  await withService(
    (_, response) => response.end('{"articles":[],"nextCursorMark":-1}'),
    async (service) => {
      await assert.rejects(
        wantedByTypes(service, ['Cell'], 10),
        (error) => error instanceof InputError && /No article with annotations of Cell/.test(error.message),
      );
    },
  );
});

test('collecting by types is recorded in the manifest', async () => {
  const report = await collectArticles({
    source: 'sample',
    types: ['Cell Line'],
    byTypes: true,
    limit: 3,
    out: join(folder, 'types'),
  });
  const { by, query, limit, types, requested, stored } = report;
  assert.deepEqual(
    { by, query, limit, types, requested, stored },
    { by: 'types', query: null, limit: 3, types: ['Cell Line'], requested: 3, stored: 3 },
  );
  assert.deepEqual(Object.keys(report.annotations), ['Cell Line']);
});
