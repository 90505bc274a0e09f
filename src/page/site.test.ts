import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { InputError, projectRoot } from '../foundation';
import { DEFAULT_MODEL } from '../inference';
import { type ServedPage, servePage } from './serve';
import { type PageFile, pageFiles, writePage } from './site';

/** Bytes of the first visit that the page promises at most. */
const LARGEST_VISIT = 8_000_000;

describe('the files of the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-page-'));
  let files: PageFile[];
  before(async () => {
    files = await pageFiles();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const content = (path: RegExp) => files.find((file) => path.test(file.path))!.content;

  test('a first visit takes at most 8 MB', () => {
    const needed = files.filter(({ path }) => !/tiny|LICENCES/.test(path));
    const total = needed.reduce(
      (sum, { path, content }) => sum + (path.endsWith('.gz') ? content : gzipSync(content)).length,
      0,
    );
    assert.ok(total > 4_000_000 && total < LARGEST_VISIT, String(total));
  });

  test('the worker contains the files of the library that annotate in Node', () => {
    const sources = JSON.parse(
      readFileSync(join(projectRoot, 'dist', 'page', 'assets', 'sources.json'), 'utf8'),
    ) as Record<string, string[]>;
    for (const file of [
      'inference/create-annotator',
      'inference/corpus/article-of-text',
      'corpora/sentences',
      'preprocessing/jats',
      'tasks/tagging/decoding',
      'tasks/tagging/article-vote',
      'tasks/tagging/model-view',
      'tokenization/windows',
      'onnx/session-scorer',
    ])
      assert.ok(sources.worker.includes(`src/${file}.ts`), file);
    assert.deepEqual(
      sources.worker.filter((path) => /^node:|onnxruntime-node|node_modules\/tokenizers/.test(path)),
      [],
    );
  });

  test('models are those of the package, and large files are named by their content', () => {
    const onnx = readFileSync(join(DEFAULT_MODEL, 'onnx', 'model_quantized.onnx'));
    assert.ok(gunzipSync(content(/small-.*\.onnx\.gz$/)).equals(onnx));
    const script = content(/^index\.html$/).toString();
    for (const { path } of files.filter(({ path }) => path.endsWith('.gz')))
      assert.ok(script.includes(`"${path}"`), path);
  });

  test('no file names another server, but Europe PMC for articles', () => {
    const html = content(/^index\.html$/).toString();
    assert.deepEqual(html.match(/https?:\/\/[^\s"'<]+/g), ['https://www.ebi.ac.uk;']);
    assert.match(html, /default-src 'none'/);
    assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\//);
  });

  test('the page is written to a folder, again if need be, and never over a file', async () => {
    const out = join(folder, 'new', 'site');
    await writePage(out);
    await writePage(out);
    const written = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.equal(written.length, files.length);
    for (const { path, content } of files) assert.ok(readFileSync(join(out, path)).equals(content), path);
    writeFileSync(join(folder, 'file'), 'kept');
    await assert.rejects(writePage(join(folder, 'file')), InputError);
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'kept');
  });
});

describe('the server of the page', () => {
  let page: ServedPage;
  before(async () => {
    page = await servePage(await pageFiles(), { port: 0 });
  });
  after(() => page.close());

  test('serves the page on this machine alone, compressed, and nothing else', async () => {
    assert.match(page.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const index = await fetch(page.url);
    assert.equal(index.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(index.headers.get('content-encoding'), 'gzip');
    assert.match(await index.text(), /<title>FalconFrames/);
    assert.equal((await fetch(`${page.url}worker.js`, { method: 'HEAD' })).status, 200);
    for (const path of ['../package.json', '%2e%2e/package.json', 'files/', 'nothing'])
      assert.equal((await fetch(page.url + path)).status, 404, path);
    assert.equal((await fetch(page.url, { method: 'POST' })).status, 405);
  });

  test('a port that is taken is reported if it was asked for', async () => {
    const port = Number(new URL(page.url).port);
    await assert.rejects(
      servePage(await pageFiles(), { port }),
      /^InputError: port \d+ is taken; name another with --port/,
    );
  });
});
