import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { downloadSource } from './download';
import type { Source } from './sources';
import { entry, tarOf } from './tar.fixture';
import { verifySource } from './verify';

const archive = gzipSync(
  tarOf({
    'README.md': 'not asked for',
    'data/one.txt': 'First file.',
    'data/two.txt': 'Second file.',
    'data/deeper/three.txt': 'Not asked for either.',
    'papers/A Journal-1.xml': '<article/>',
  }),
);

const source: Source = {
  folder: 'trial',
  title: 'a source for this test',
  repository: 'someone/something',
  commit: '0123456',
  paths: [
    { from: 'data/*', to: 'text/*' },
    { from: 'papers/{name}.xml', to: '{id}.xml' },
  ],
  names: { '17': 'A Journal-1' },
  licence: 'none',
  files: 3,
  bytes: 33,
  // As computed by `(for f in 17.xml text/one.txt text/two.txt; do sha256sum $f; done) | sha256sum`.
  sha256: 'db50676ad787f6d14e240fb7f3db019956877d0bb7828d000407a92db57e5036',
};

describe('downloadSource', () => {
  const root = mkdtempSync(join(tmpdir(), 'falconframes-download-'));
  const environment = { ...process.env };
  let server: Server;
  let requests: string[];
  let answer: RequestListener;
  let cache: string;
  let folder: string;

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.FALCONFRAMES_SOURCES_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    cache = mkdtempSync(join(root, 'cache-'));
    process.env.FALCONFRAMES_CACHE = cache;
    folder = join(cache, 'sources', source.folder);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  after(() => {
    process.env = environment;
    rmSync(root, { recursive: true, force: true });
  });

  const whole: RequestListener = (_, response) => void response.end(archive);
  const leftovers = () => readdirSync(join(cache, 'sources'));

  it('unpacks the files matched by the rules, under their new names', async () => {
    answer = whole;
    await downloadSource(source, folder);
    assert.deepEqual(requests, ['/someone/something/archive/0123456.tar.gz']);
    assert.equal(readFileSync(join(folder, 'text', 'two.txt'), 'utf8'), 'Second file.');
    assert.equal(readFileSync(join(folder, '17.xml'), 'utf8'), '<article/>');
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), [
      '17.xml',
      'SHA256SUMS',
      'text',
      'text/one.txt',
      'text/two.txt',
    ]);
    assert.deepEqual(leftovers(), ['trial']);
    verifySource(source, folder);
  });

  it('retries after 503, a truncated body and a broken connection', async () => {
    const faults: RequestListener[] = [
      (_, response) => void response.writeHead(503).end('busy'),
      (_, response) => void response.end(archive.subarray(0, archive.length - 40)),
      (request) => void request.socket.destroy(),
    ];
    answer = (request, response) => (faults.shift() ?? whole)(request, response);
    await downloadSource(source, folder);
    assert.equal(requests.length, 4);
    assert.deepEqual(leftovers(), ['trial']);
  });

  it('gives up with one sentence that names the source, the address and what to do', async () => {
    answer = (_, response) => void response.writeHead(503).end();
    await assert.rejects(downloadSource(source, folder), {
      name: 'InputError',
      message:
        /^trial: cannot be downloaded from http.*0123456\.tar\.gz \(the server answered 503\).*FALCONFRAMES_MIRROR/,
    });
    assert.equal(requests.length, 4);
    assert.deepEqual(leftovers(), []);
  });

  it('does not retry if the server has no such archive', async () => {
    answer = (_, response) => void response.writeHead(404).end();
    await assert.rejects(downloadSource(source, folder), /answered 404/);
    assert.equal(requests.length, 1);
  });

  it('keeps nothing of an archive with other content, or of a file that is not an archive', async () => {
    answer = (_, response) => void response.end(gzipSync(tarOf({ 'data/one.txt': 'Changed.' })));
    await assert.rejects(downloadSource(source, folder), /not the pinned data.*1 of 3 files/);
    answer = (_, response) => void response.end('<html>Please log in</html>');
    await assert.rejects(downloadSource(source, folder), /cannot be downloaded/);
    assert.deepEqual(leftovers(), []);
  });

  it('writes nothing for names outside the folder or invalid as file names', async () => {
    const names = [
      '../../../../pwned.txt',
      'data/../../../../pwned.txt',
      'data/..',
      'data/.',
      'data/../x',
      '/data/x',
      `data/${'a'.repeat(300)}`,
      'data/\u0001',
      'data/a\\b',
    ];
    const files = Object.fromEntries(names.map((name) => [name, 'x']));
    answer = (_, response) => void response.end(gzipSync(tarOf(files)));
    await assert.rejects(
      downloadSource(source, folder),
      /not the pinned data \(checksum differs, 0 of 3 files\)/,
    );
    assert.deepEqual(leftovers(), []);
    assert.deepEqual(readdirSync(cache), ['sources']);
    assert.equal(requests.length, 1);
  });

  it('treats a name with dollar signs literally', async () => {
    answer = (_, response) => void response.end(gzipSync(tarOf({ "data/$&$`$'a": 'x' })));
    await assert.rejects(downloadSource(source, folder), /1 of 3 files/);
    assert.deepEqual(leftovers(), []);
  });

  it('stops an archive that unpacks to far more than expected, or contains more than is pinned', async () => {
    const zeros = Buffer.alloc(1 << 20);
    const bomb =
      (path: string): RequestListener =>
      (_, response) => {
        const gzip = createGzip();
        gzip.pipe(response);
        const size = Buffer.from('70000000000\0');
        gzip.write(entry(path, '0', '', size));
        const send = () => {
          while (!response.destroyed && gzip.write(zeros));
          if (!response.destroyed) gzip.once('drain', send);
        };
        send();
      };
    answer = bomb('r/other');
    await assert.rejects(downloadSource(source, folder), /not the pinned data \(it unpacks to far more/);
    answer = bomb('r/data/one.txt');
    await assert.rejects(
      downloadSource(source, folder),
      /not the pinned data \(its files are larger than the 33 bytes/,
    );
    assert.equal(requests.length, 2);
    assert.deepEqual(leftovers(), []);
  });

  it('follows a few redirects, only to web addresses', async () => {
    const to =
      (location: string): RequestListener =>
      (_, response) =>
        void response.writeHead(302, { Location: location }).end();
    answer = (request, response) =>
      (request.url!.startsWith('/elsewhere') ? whole : to('/elsewhere'))(request, response);
    await downloadSource(source, folder);
    assert.deepEqual(leftovers(), ['trial']);
    rmSync(folder, { recursive: true });
    for (const [location, message] of [
      ['/again', /redirects too many times/],
      ['file:///etc/passwd', /redirects to file:\/\/\/etc\/passwd, which is not followed/],
      [
        'http://ada:secret@127.0.0.1:9/x?token=secret',
        /redirects to http:\/\/127\.0\.0\.1:9\/x, which is not followed/,
      ],
      ['http://', /redirects to an invalid address/],
    ] as const) {
      answer = to(location);
      await assert.rejects(downloadSource(source, folder), { name: 'InputError', message });
    }
    assert.deepEqual(leftovers(), []);
  });

  it('hides the password of an address', async () => {
    const { host } = new URL(process.env.FALCONFRAMES_SOURCES_URL!);
    process.env.FALCONFRAMES_SOURCES_URL = `http://ada:secret@${host}`;
    await assert.rejects(
      downloadSource(source, folder),
      (error: Error) => error.name === 'InputError' && !/ada|secret/.test(error.message),
    );
  });

  it('says that it is offline if no server answers', async () => {
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(downloadSource(source, folder), {
      name: 'InputError',
      message: /\(ECONNREFUSED\); go online, or set FALCONFRAMES_MIRROR/,
    });
  });

  it('when killed midway, leaves nothing under the final name, and the next run cleans up', async () => {
    answer = (_, response) => {
      response.write(archive.subarray(0, 200)); // and nothing more
    };
    const child = fork(join(__dirname, 'download.fixture.js'), [JSON.stringify(source), folder]);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGKILL');
    await exited;
    assert.ok(!existsSync(folder));
    answer = whole;
    await downloadSource(source, folder);
    assert.deepEqual(leftovers(), ['trial']);
  });
});
