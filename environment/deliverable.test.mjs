// The deliverable: which files it holds, that nothing private leaves with it, the same bytes each time, and zips of others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import yazl from 'yazl';
import { unpackZip, zipOf } from './deliverable/archive.mjs';
import { choose, LEFT_OUT, readCheckout } from './deliverable/contents.mjs';
import { checkDeliverable, checkName, makeDeliverable } from './deliverable/index.mjs';
import { readExecuted } from './deliverable/pages.mjs';
import { refuseSecrets } from './deliverable/scan.mjs';
import { root } from './places.mjs';

function scratchFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes deliverable '));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const isCheckout = existsSync(join(root, '.git'));
const skip = isCheckout ? false : 'this is no git checkout';

test('the files of the repository that belong, and those that do not', { skip }, () => {
  const tracked = execFileSync('git', ['-C', root, 'ls-files', '-z'], { encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  const chosen = choose(tracked);
  for (const path of [
    'README.md',
    'package-lock.json',
    'data/sources.json',
    'data/sample/articles/PMC90000001.xml',
    'models/falconframes-small/onnx/model_quantized.onnx',
    'notebooks/3_training.ipynb',
    'notebooks/studies/a_intent_compression.ipynb',
    'src/index.ts',
    'src/nn/operations/operations.test.ts',
    'environment/setup.mjs',
    'environment/Dockerfile',
  ])
    assert.ok(chosen.includes(path), path);
  assert.deepEqual(
    tracked
      .filter((path) => !chosen.includes(path))
      .map((path) => Object.keys(LEFT_OUT).find((entry) => path.startsWith(entry)))
      .filter((entry) => !entry),
    [],
  );
  assert.equal(chosen.filter((path) => path.startsWith('notebooks/') && path.endsWith('.ipynb')).length, 10);
});

test('a file that no rule names, and a cache that was committed, are errors', () => {
  assert.deepEqual(choose(['src/b.ts', '.github/workflows/ci.yml', 'README.md']), ['README.md', 'src/b.ts']);
  assert.throws(
    () => choose(['plans/secret.txt']),
    /^InputError: plans\/secret\.txt: nothing says whether it belongs/,
  );
  assert.throws(() => choose(['src/__pycache__/a.pyc']), /is a cache or a private file, but git tracks it/);
  assert.throws(() => choose(['environment/.env']), /is a cache or a private file/);
});

test('names', () => {
  for (const name of ['ada_lovelace', 'Jean-Luc_Picard', 'maria_de_souza']) checkName(name);
  for (const name of ['ada', 'ada lovelace', '../ada_lovelace', 'ada_', '_lovelace', 'ada_löve', 'a_b/c', ''])
    assert.throws(() => checkName(name), /^InputError: --name .*such as ada_lovelace/);
});

test('paths of this machine and secrets are refused, with file and line', async () => {
  const files = (path, text) => [{ path, content: Buffer.isBuffer(text) ? text : Buffer.from(text) }];
  const key = ['ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join(''); // In two pieces, so that this file passes.
  const home = ['/ho', 'me/ada/project'].join('');
  const page = ['http://ada', ':hunter2@example.org/'].join('');
  for (const [path, text, found] of [
    ['a.md', `one\ntwo\n${home}/x.txt\n`, /a\.md:3: \/home\/ada\/project\/x\.txt, a path of this machine/],
    [
      'n.ipynb',
      JSON.stringify({ text: [`saved in ${['/tm', 'p/run-7'].join('')}`] }, null, 1),
      /n\.ipynb:3: \/tmp\/run-7/,
    ],
    ['w.txt', ['C:\\Us', 'ers\\Ada\\x'].join(''), /w\.txt:1: C:.Users.Ada.x/],
    ['own.txt', 'made in /srv/build7/falconframes', /own\.txt:1: \/srv\/build7/],
    ['k.json', `{"a": 1,\n"id": "${key}"}`, /k\.json:2: .*GitHub/i],
    ['page.html', `<p>\n<a href="${page}">`, /page\.html:2: .*basic auth/i],
    ['rows.jsonl.gz', gzipSync(`${home}/x`), /rows\.jsonl\.gz:1: /],
  ])
    await assert.rejects(refuseSecrets(files(path, text), ['/srv/build7']), found, path);
  await refuseSecrets(files('fine.md', 'Colab keeps files in /content, Kaggle in /kaggle/working.'), [
    '/srv/build7',
  ]);
});

test('nothing in the repository would be refused', { skip }, async () => {
  await refuseSecrets(readCheckout(root).files);
});

test('a notebook that was not executed, or ended in an error, is refused', () => {
  const notebook = (execution_count, outputs = []) =>
    JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: '#' },
        { cell_type: 'code', execution_count, outputs },
      ],
    });
  readExecuted('n', notebook(1));
  assert.throws(
    () => readExecuted('n.ipynb', notebook(null)),
    /n\.ipynb: cell 2 was not executed; run the notebook/,
  );
  assert.throws(
    () => readExecuted('n.ipynb', notebook(1, [{ output_type: 'error' }])),
    /cell 2 ended in an error/,
  );
});

test('a zip has the same bytes in every time zone, and keeps order, times and permissions', async (t) => {
  const folder = scratchFolder(t);
  const script = `
    import { zipOf } from ${JSON.stringify(join(root, 'environment', 'deliverable', 'archive.mjs'))};
    const files = [{ path: 'x/b.sh', content: Buffer.from('b'), executable: true }, { path: 'x/a.txt', content: Buffer.from('a') }];
    process.stdout.write((await zipOf(files, new Date('2026-03-04T05:06:08Z'))).toString('base64'));`;
  const zips = ['UTC', 'Asia/Tokyo', 'America/New_York'].map((TZ) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, TZ },
      encoding: 'utf8',
    }),
  );
  assert.equal(new Set(zips).size, 1);
  const file = join(folder, 'a.zip');
  writeFileSync(file, Buffer.from(zips[0], 'base64'));
  const listed = execFileSync(
    'python3',
    [
      '-c',
      `import zipfile; print([(i.filename, i.date_time, oct(i.external_attr >> 16)) for i in zipfile.ZipFile(${JSON.stringify(file)}).infolist()])`,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(
    listed.trim(),
    "[('x/b.sh', (2026, 3, 4, 5, 6, 8), '0o100755'), ('x/a.txt', (2026, 3, 4, 5, 6, 8), '0o100644')]",
  );
});

/** A zip of text files, with other modes or with its bytes changed. */
async function zipWith(names, { mode = 0o100644, change = (bytes) => bytes } = {}) {
  const zip = new yazl.ZipFile();
  for (const name of names) zip.addBuffer(Buffer.from(name), name, { mode, compress: false });
  zip.end();
  return change(await buffer(zip.outputStream));
}

const replaced = (from, to) => (bytes) =>
  Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');

test('hostile and damaged zips are refused, and leave nothing outside', async (t) => {
  const folder = scratchFolder(t);
  const file = join(folder, 'in.zip');
  for (const [bytes, reason] of [
    [await zipWith(['xx/evil']), undefined],
    [
      await zipWith(['xx/evil'], { change: replaced('xx/evil', '../evil') }),
      /unsafe \(invalid relative path/,
    ],
    [await zipWith(['xx/evil'], { change: replaced('xx/evil', '/x/evil') }), /unsafe \(absolute path/],
    [
      await zipWith(['xx/evil'], { change: replaced('xx/evil', 'xx\\evil') }),
      /unsafe \(invalid characters in fileName/,
    ],
    [await zipWith(['xx/evil'], { mode: 0o120777 }), /xx\/evil is a link or a device/],
    [
      await zipWith(['xx/evil', 'xx/evi2'], { change: replaced('xx/evi2', 'xx/EVIL') }),
      /holds xx\/EVIL twice/,
    ],
    [
      await zipWith(['xx/evil'], { change: (all) => all.subarray(0, all.length - 10) }),
      /cannot be read as a zip/,
    ],
    [Buffer.from('PK no zip'), /cannot be read as a zip/],
    [
      await zipOf([{ path: 'x/bomb', content: Buffer.alloc(501e6) }], new Date()),
      /unpacks to more than 500 MB/,
    ],
  ]) {
    writeFileSync(file, bytes);
    const into = mkdtempSync(join(folder, 'into-'));
    if (reason) await assert.rejects(unpackZip(file, into), reason);
    else assert.deepEqual(await unpackZip(file, into), ['xx/evil']);
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.startsWith('into-')),
    ['in.zip'],
  );
});

/** A small checkout with what the README of a deliverable is made from. */
async function smallCheckout(folder) {
  const figure = await sharp({ create: { width: 40, height: 30, channels: 4, background: '#0072b2' } })
    .png()
    .toBuffer();
  const table = (caption) =>
    `<table><caption>${caption}</caption><thead><tr><th>what</th><th>F1</th></tr></thead><tbody><tr><td>Cell | x</td><td>.7</td></tr></tbody></table>`;
  const notebook = (title, caption) =>
    JSON.stringify({
      cells: [
        { cell_type: 'markdown', id: 'a', metadata: {}, source: [`# ${title}\n`, 'text'] },
        {
          ...{ cell_type: 'code', id: 'b', metadata: {}, source: 'show()', execution_count: 1 },
          outputs: [
            { output_type: 'display_data', metadata: {}, data: { 'text/html': table(caption) } },
            { output_type: 'display_data', metadata: {}, data: { 'image/png': figure.toString('base64') } },
          ],
        },
      ],
      ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
    });
  const files = {
    'README.md': '# Small',
    'docs/benchmarks.md': '# Benchmarks',
    'package.json': JSON.stringify({ name: 'small', version: '1.2.3', engines: { node: '>=20.19' } }),
    'data/sources.json': JSON.stringify({
      sources: { one: { title: 'One', licence: 'CC0', files: 1, bytes: 2, sha256: 'ab' } },
    }),
    'data/guidelines/teacher/weights': 'left out',
    'environment/run': '#!/bin/sh\necho it runs',
    'notebooks/0_environment.ipynb': notebook('Environment', 'This machine'),
    'notebooks/4_evaluation.ipynb': notebook(
      'Evaluation',
      'F1 by corpus and class with 95 % intervals over articles',
    ),
    'notebooks/studies/s_small.ipynb': notebook('Study', 'none'),
    'notebooks/5_production.ipynb': notebook('Production', 'Size, speed and memory, one thread'),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  chmodSync(join(folder, 'environment/run'), 0o755);
  const git = (...args) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args]);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
}

test('made twice it has the same bytes; its check runs in an empty folder and notices changes', async (t) => {
  const folder = scratchFolder(t);
  const checkoutRoot = join(folder, 'checkout');
  mkdirSync(checkoutRoot);
  await smallCheckout(checkoutRoot);
  writeFileSync(join(checkoutRoot, 'notes.txt'), 'untracked');
  const said = [];
  const make = (out) =>
    makeDeliverable('ada_lovelace', join(folder, out), (what) => said.push(what), { checkoutRoot });
  const made = await make('one.zip');
  assert.deepEqual(made.changed, []);
  await make('two.zip');
  const bytes = readFileSync(join(folder, 'one.zip'));
  assert.ok(bytes.equals(readFileSync(join(folder, 'two.zip'))));

  const into = join(folder, 'into');
  const paths = (await unpackZip(join(folder, 'one.zip'), into)).map((path) =>
    path.replace('ada_lovelace/', ''),
  );
  assert.deepEqual(paths, [
    'README.md',
    'data-manifest.json',
    'falconframes/README.md',
    'falconframes/data/sources.json',
    'falconframes/docs/benchmarks.md',
    'falconframes/environment/run',
    'falconframes/notebooks/0_environment.ipynb',
    'falconframes/notebooks/4_evaluation.ipynb',
    'falconframes/notebooks/5_production.ipynb',
    'falconframes/notebooks/studies/s_small.ipynb',
    'falconframes/package.json',
    'html/0_environment.html',
    'html/4_evaluation.html',
    'html/5_production.html',
    'html/studies/s_small.html',
    'SHA256SUMS',
  ]);
  const read = (path) => readFileSync(join(into, 'ada_lovelace', path), 'utf8');
  const readme = read('README.md');
  assert.match(readme, /^# FalconFrames 1\.2\.3: deliverable of Ada Lovelace$/m);
  assert.match(readme, /^\| what \| F1 \|\n\| --- \| --- \|\n\| Cell \\\| x \| \.7 \|$/m);
  assert.doesNotMatch(readme, /uncommitted/);
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
  assert.equal(links.length, 9);
  for (const link of links) assert.ok(paths.includes(link), link);
  const page = read('html/studies/s_small.html');
  assert.doesNotMatch(page, /<(?:script|link|img)[^>]*(?:src|href)="(?:http|")|import\("http|@import/);
  const figures = [...page.matchAll(/data:image\/webp;base64,([A-Za-z0-9+/=]+)/g)].map(([, webp]) => webp);
  const pixels = await sharp(Buffer.from(figures.at(-1), 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer();
  assert.deepEqual([...pixels.subarray(0, 3), pixels.length], [0x00, 0x72, 0xb2, 40 * 30 * 3]);
  assert.deepEqual(JSON.parse(read('data-manifest.json')).notIncluded[0].licence, 'CC0');

  const path = [{ what: 'run it', command: ['./environment/run'], expected: 'it runs' }];
  const checked = await checkDeliverable(join(folder, 'one.zip'), () => {}, path);
  assert.deepEqual([checked.files, checked.steps[0].step], [16, 'run it']);
  const failing = [{ what: 'run it', command: ['sh', '-c', 'echo no; exit 3'] }];
  await assert.rejects(
    checkDeliverable(join(folder, 'one.zip'), () => {}, failing),
    /"run it" failed \(status 3\).*\nno$/,
  );

  const repacked = (change) =>
    zipOf(
      change(paths.map((one) => ({ path: `ada_lovelace/${one}`, content: Buffer.from(read(one)) }))),
      new Date(),
    );
  for (const [change, reason] of [
    [(files) => files.filter(({ path: one }) => !one.endsWith('run')), /environment\/run is missing/],
    [
      (files) => [...files, { path: 'ada_lovelace/more', content: Buffer.from('') }],
      /more is not in its SHA256SUMS/,
    ],
    [
      (files) =>
        files.map((one) => (one.path.endsWith('run') ? { ...one, content: Buffer.from('rm') } : one)),
      /environment\/run is not as it was packed/,
    ],
    [(files) => files.filter(({ path: one }) => !one.endsWith('SUMS')), /is no deliverable/],
  ]) {
    writeFileSync(join(folder, 'three.zip'), await repacked(change));
    await assert.rejects(
      checkDeliverable(join(folder, 'three.zip'), () => {}, path),
      reason,
    );
  }

  writeFileSync(join(checkoutRoot, 'README.md'), '# Changed');
  assert.deepEqual((await make('one.zip')).changed, ['README.md']);
  rmSync(join(checkoutRoot, 'README.md'));
  await assert.rejects(make('one.zip'), /README\.md: is tracked by git but missing/);
  await assert.rejects(
    makeDeliverable('a_b', join(folder, 'x.zip'), () => {}, { checkoutRoot: into }),
    /is not a git checkout/,
  );
});
