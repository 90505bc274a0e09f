import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { plainTarOf } from '../../corpora/tar.fixture';
import { openStandardInput } from './open';
import { folderOf, read, readAnd, readFiles } from './reading.fixture';
import { Skipped } from './sources';

const article = (text: string, ids = '') =>
  `<article><front><article-meta>${ids}</article-meta></front><body><p>${text}</p></body></article>`;
const PMCID =
  '<article-id pub-id-type="pmcid">PMC12</article-id><article-id pub-id-type="pmid">34</article-id>';
const PMID = '<article-id pub-id-type="pmid">34</article-id>';

const fromStdin = (content: string | Uint8Array, size = 1000) => {
  const bytes = Buffer.from(content as string);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return read(openStandardInput(Readable.from(chunks)));
};

test('each article in an archive is a separate document', async (t) => {
  const archive = plainTarOf({
    './PMC/a.nxml': `\ufeff<?xml version="1.0"?>${article('T cells', PMCID)}`,
    'b/a.xml': article('liver'),
    'b/a.txt': 'HeLa cells',
    'b/z.xml.gz': gzipSync(article('brain', PMID)),
    'b/set.xml': `<articles>${article('one', PMID)}${article('two')}</articles>`,
    'b/lines.jsonl': '{"id":"x","text":"kidney"}\n{"id":\n',
    'b/figure.jpg': 'JPEG',
    'b/._a.xml': 'Mac',
    '__MACOSX/b/a.xml': 'Mac',
    [`${'long/'.repeat(30)}c.xml`]: article('lung'),
    'b/paper.txt': '%PDF-1.4',
    'b/inner.tar': plainTarOf({ 'x.txt': 'x' }),
    'b/broken.xml': '<article><body>',
  });
  const folder = folderOf(t, {
    'oa.tar': archive,
    'oa2.tar.gz': gzipSync(archive),
    'oa3.tgz': gzipSync(archive),
    'oa4.txt': archive,
  });
  const skipped = new Skipped();
  for (const name of ['oa.tar', 'oa2.tar.gz', 'oa3.tgz', 'oa4.txt']) {
    const path = join(folder, name);
    const found = await readAnd(skipped, path);
    const documents = found.filter((one) => typeof one !== 'string');
    assert.deepEqual(documents, [
      ['PMC12', 'T cells'],
      ['b/a', 'liver'],
      ['b/a', 'HeLa cells'],
      ['MED:34', 'brain'],
      ['MED:34', 'one'],
      ['b/set-2', 'two'],
      ['x', 'kidney'],
      [`${'long/'.repeat(30)}c`, 'lung'],
    ]);
    const damages = found.filter((one) => typeof one === 'string');
    const expected = [
      /b\/lines\.jsonl line 2: not a line/,
      /b\/paper\.txt: is a PDF/,
      /b\/inner\.tar: is an archive in/,
      /b\/broken\.xml line 1: the file ends inside <body>/,
    ];
    assert.equal(damages.length, expected.length, damages.join('\n'));
    damages.forEach((damage, index) => {
      assert.ok(damage.startsWith(`${path}: `), damage);
      assert.match(damage, expected[index]);
    });
  }
  assert.equal(skipped.count, 4 * 3);
  assert.match(skipped.sentences().join('\n'), /files of other kinds: .*figure\.jpg/);
  assert.equal((await fromStdin(gzipSync(archive), 7)).length, 12);
});

test('a truncated archive gives its complete members and is reported', async (t) => {
  const archive = plainTarOf({ 'a.txt': 'T cells', 'b.txt': 'x'.repeat(2000) });
  const folder = folderOf(t, {
    'cut.tar': archive.subarray(0, 2000),
    'damaged.tar': Buffer.concat([archive.subarray(0, 1024), Buffer.alloc(600, 'x'), archive.subarray(1624)]),
    'none.tar': plainTarOf({ 'a.png': 'PNG' }),
  });
  for (const [name, message] of [
    ['cut.tar', /cut\.tar: the archive is truncated; get the file again/],
    ['damaged.tar', /damaged\.tar: the archive is not a tar file, or is damaged/],
  ] as const) {
    const [first, damage, ...others] = await readFiles(join(folder, name));
    assert.deepEqual(first, ['a', 'T cells']);
    assert.match(String(damage), message);
    assert.deepEqual(others, []);
  }
  assert.match(String(await readFiles(join(folder, 'none.tar'))), /holds no article/);
});

test('each article of a file is a separate document; a damaged one does not affect the others', async (t) => {
  const first = article('T cells &amp; <i>liver</i>', PMCID);
  for (const [open, close] of [
    ['<articles>', '</articles>'],
    ['<?xml version="1.0"?><!DOCTYPE pmc-articleset PUBLIC "x" "y"><pmc-articleset>', '</pmc-articleset>'],
    [`<!-- ${'licence '.repeat(3000)}--><OAI-PMH><record>`, '</record></OAI-PMH>'],
  ]) {
    const content = `${open}${first}\n<article><body><p>broken</body></article>${article('brain')}${close}`;
    const folder = folderOf(t, { 'set.xml': content, 'set2.xml.gz': gzipSync(content), 'set3.txt': content });
    for (const name of ['set.xml', 'set2.xml.gz', 'set3.txt']) {
      const path = join(folder, name);
      const [one, broken, other] = await readFiles(path);
      assert.deepEqual(one, ['PMC12', 'T cells & liver']);
      assert.ok(String(broken).startsWith(`${path} article 2 line 1: not well-formed`), String(broken));
      assert.deepEqual(other, [`${name.split('.')[0]}-3`, 'brain']);
    }
    for (const size of [1, 1000]) {
      const [one, , other] = await fromStdin(content, size);
      assert.deepEqual(
        [one, other],
        [
          ['PMC12', 'T cells & liver'],
          ['-3', 'brain'],
        ],
      );
    }
  }
});

test('BioC and PubTator documents keep their ids and offsets', async (t) => {
  const passages = [
    { offset: 0, text: 'HeLa cells' },
    { offset: 12, text: 'The liver grew.' },
  ];
  const json = {
    source: 'PMC',
    documents: [
      { id: '1', passages },
      { id: '2', passages: [{ offset: -1, text: 'x' }] },
    ],
  };
  const xml = `<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><source>x</source><document><id>1</id>${passages
    .map(({ offset, text }) => `<passage><offset>${offset}</offset><text>${text}</text></passage>`)
    .join('')}</document></collection>`;
  const pubtator =
    '11|t|HeLa cells\n11|a|The liver grew.\n11\t0\t4\tHeLa\tCellLine\t1\n\n12|t|Brain\n12|a|It grew.\n';
  const folder = folderOf(t, {
    'a.json': JSON.stringify(json),
    'b.xml': xml,
    'c.txt': pubtator,
    'd.json': '{"name":"x"}',
    'e.json.gz': gzipSync(JSON.stringify([json])),
  });
  const own = ['1', 'HeLa cells', 'The liver grew.'];
  const found = await readFiles(folder);
  assert.deepEqual(
    found.filter((one) => typeof one !== 'string'),
    [own, own, ['11', 'HeLa cells', 'The liver grew.'], ['12', 'Brain', 'It grew.'], own],
  );
  assert.match(found.filter((one) => typeof one === 'string').join('\n'), /a\.json: document 2.*offset/);
  assert.deepEqual(await fromStdin(xml, 7), [own]);
});

test('a damaged document is reported with its line; the file is named once', async (t) => {
  const document = '<document><id>1</id><passage><offset>0</offset><text>HeLa</text></passage></document>';
  const folder = folderOf(t, {
    'a.xml': `<collection>${document}\n<document><id>2</id>`,
    'b.txt': '1|t|HeLa\n1|a|Cells\n1|m|Methods\n\n',
  });
  const [, brokenOff, , odd] = (await readFiles(folder)) as string[];
  assert.equal(
    brokenOff,
    `${join(folder, 'a.xml')} line 2: the file ends inside this <document>; get the file again`,
  );
  assert.match(odd, /b\.txt line 3: not a line of PubTator/);
  assert.equal(odd.split('b.txt').length, 2);
});

test('files that are not text are reported by their actual format, whatever their name', async (t) => {
  const cases: [string | Uint8Array, RegExp][] = [
    ['%PDF-1.4\n1 0 obj', /is a PDF/],
    ['<!doctype html><html><body>HeLa', /is HTML/],
    ['[{"id":"a","text":"HeLa cells"}]', /is a JSON array/],
    ['PK\u0003\u0004', /is a ZIP archive/],
    ['\x7fELF\x02\x01\x01\0\0\0', /contains NUL bytes/],
    ['SQLite format 3\0', /SQLite/],
    [Buffer.from('89504e470d0a1a0a', 'hex'), /is an image/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n', /Git LFS/],
    [gzipSync(gzipSync('HeLa')), /compressed twice/],
    [Buffer.from('fffe0041', 'hex').subarray(0, 3), /begins as UTF-16 but is not valid UTF-16/],
    ['{\n  "id": "a",\n  "text": "HeLa"\n}', /is one JSON value over several lines/],
    ['{"id":"a","entities":[]}\n', /holds the annotations that annotate writes/],
  ];
  const names = ['a.txt', 'a.xml', 'a.jsonl', 'a.dat'];
  for (const [content, message] of cases) {
    const folder = folderOf(t, Object.fromEntries(names.map((name) => [name, content])));
    for (const name of names) {
      const isJson = typeof content === 'string' && content.startsWith('{');
      if (isJson && name === 'a.xml') continue;
      if (content.toString().startsWith('{\n') && name !== 'a.jsonl') continue; // may be a text
      const found = await readFiles(join(folder, name));
      assert.equal(found.length, 1, name);
      assert.match(String(found[0]), message, name);
    }
    if (!String(message).includes('compressed twice'))
      assert.match(String((await fromStdin(content))[0]), message);
  }
});

test('UTF-16, gzip and JSONL are read under any name', async (t) => {
  const folder = folderOf(t, {
    'a.txt': Buffer.from('\ufeffHeLa cells', 'utf16le'),
    'b.txt': gzipSync('HeLa cells'),
    'c.txt.gz': 'HeLa cells',
    'd.jsonl.gz': '{"id":"d","text":"HeLa cells"}',
    'e.txt': '{"id":"e","text":"HeLa cells"}',
    'f.jsonl': Buffer.from('\ufeff{"id":"f","text":"HeLa cells"}', 'utf16le').swap16(),
    'g.txt': article('HeLa cells'),
    'h.xml': gzipSync(Buffer.from(`\ufeff${article('HeLa cells')}`, 'utf16le')),
  });
  const found = await readFiles(folder);
  assert.deepEqual(
    found.map(([id, text]) => [id, text.replace('\ufeff', '')]),
    [...'abcdefgh'].map((id) => [id, 'HeLa cells']),
  );
});
