import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { readArticle } from './article';
import { listInputs } from './list';
import { openSources, openStandardInput } from './open';
import { folderOf, read, readFiles } from './reading.fixture';
import type { DocumentFormat } from './sources';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

const ARTICLE =
  '<?xml version="1.0"?><article><front><article-meta><title-group><article-title>T cells</article-title></title-group></article-meta></front>' +
  '<body><p>CD4<sup>+</sup> cells &amp; liver.</p></body></article>';
const LINES = '{"id":"a","text":"one\\ntwo\u2028three"}\r\n\n{"id":"b","text":"four"}';

test('plain text, JATS, JSONL and their gzip forms are recognized, in folders by name', async (t) => {
  const folder = folderOf(t, {
    'note.txt': '{ T cells.\n',
    'sub/PMC1.nxml': ARTICLE,
    'sub/PMC2.xml.gz': gzipSync(ARTICLE),
    'many.jsonl': LINES,
    'many2.jsonl.gz': gzipSync(LINES),
    'PMC3.json': JSON.stringify({ pmcid: 'PMC3', fullText: ARTICLE, types: [], annotations: [] }),
    'picture.png': 'PNG',
  });
  assert.equal(listInputs([folder]).skipped.count, 1);
  const jats = ['T cells', 'CD4+ cells & liver.'];
  const lines = [
    ['a', 'one\ntwo\u2028three'],
    ['b', 'four'],
  ];
  assert.deepEqual(await readFiles(folder), [
    ['PMC3', ...jats],
    ...lines,
    ...lines,
    ['note', '{ T cells.'],
    ['PMC1', ...jats],
    ['PMC2', ...jats],
  ]);
});

test('consecutive sentences of an article form one source with one line per sentence', async (t) => {
  const sentence = (article: string, offset: number) =>
    `${JSON.stringify({ article, section: '', paragraph: 3, offset, text: `cells ${offset}`, spans: [], annotated: [] })}\n`;
  const path = join(
    folderOf(t, { 's.jsonl': sentence('A', 0) + sentence('A', 8) + sentence('B', 0) + sentence('A', 16) }),
    's.jsonl',
  );
  assert.deepEqual(await readFiles(path), [
    ['A', 'cells 0', 'cells 8'],
    ['B', 'cells 0'],
    ['A', 'cells 16'],
  ]);
  const [first] = await collect(openSources(listInputs([path]).files));
  assert.equal(
    readArticle(first).linesOf([[], []], 'utf16'),
    '{"id":"A","paragraph":3,"offset":0,"entities":[]}\n{"id":"A","paragraph":3,"offset":8,"entities":[]}\n',
  );
});

test('the format of standard input is recognized by its first characters, compressed or not, in chunks of any size', async () => {
  const from = (content: string | Uint8Array, size: number, format?: DocumentFormat) => {
    const bytes = Buffer.from(content);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    return read(openStandardInput(Readable.from(chunks), format));
  };
  for (const size of [1, 7, 1000]) {
    assert.deepEqual(await from(LINES, size), [
      ['a', 'one\ntwo\u2028three'],
      ['b', 'four'],
    ]);
    assert.deepEqual(await from(gzipSync(LINES), size), await from(LINES, 3));
    assert.deepEqual(await from(ARTICLE, size), [['-', 'T cells', 'CD4+ cells & liver.']]);
    assert.deepEqual(await from(gzipSync(ARTICLE), size), await from(ARTICLE, size));
    assert.deepEqual(await from('<5% of T cells', size), [['-', '<5% of T cells']]);
    assert.deepEqual(await from('{1} T cells', size, 'text'), [['-', '{1} T cells']]);
  }
  assert.match(String(await from('', 1)), /standard input: is empty/);
});

test('endless standard input is read only up to the size limit', async () => {
  let taken = 0;
  async function* endless() {
    for (const chunk = Buffer.alloc(1 << 25, 'a'); ; taken++) yield chunk;
  }
  assert.match(
    String(await read(openStandardInput(endless()))),
    /standard input: larger than 128 MiB; split it/,
  );
  assert.ok(taken < 8, `${taken} chunks of 32 MiB`);
});

test('damaged documents are reported with file and line, and reading continues', async (t) => {
  const good = '{"id":"z","text":"x"}\n';
  const cases: [string, string | Uint8Array, RegExp, after: boolean][] = [
    ['a.jsonl', `{"id":"b"\n${good}`, /line 1: not a line of JSON/, true],
    ['b.jsonl', `\n{"id":"a","body":"x"}\n${good}`, /line 2: "id" and "text"/, true],
    ['c.jsonl', `null\n${good}`, /line 1: "id" and "text"/, true],
    ['d.jsonl', `{"id":"a","text":" "}\n${good}`, /line 1: document "a" is empty/, true],
    [
      'e.jsonl',
      Buffer.concat([Buffer.from([0x22, 0xff, 0x22, 10]), Buffer.from(good)]),
      /line 1: not UTF-8/,
      true,
    ],
    ['f.jsonl', '\n\n', /is empty/, false],
    ['g.jsonl.gz', gzipSync(good.repeat(9)).subarray(0, 30), /cannot be unpacked/, false],
    ['h.txt', ' \n', /is empty/, false],
    ['i.txt', Buffer.from([0x61, 10, 0x62, 10, 0xe9, 0x61]), /line 3: not UTF-8/, false],
    ['j.txt.gz', gzipSync('abc').subarray(0, 8), /cannot be unpacked/, false],
    ['k.xml', '<article><p>', /k\.xml/, false],
    ['l.xml', '<html></html>', /is HTML/, false],
    ['o.xml', '<book></book>', /no <article>/, false],
    ['m.xml', '', /is empty/, false],
    ['n.xml', '<article><body></body></article>', /is empty/, false],
    ['PMC9.json', '{"pmcid":1}', /"pmcid"/, false],
  ];
  const folder = folderOf(t, Object.fromEntries(cases.map(([name, content]) => [name, content])));
  for (const [name, , message, after] of cases) {
    const path = join(folder, name);
    const [damage, ...others] = await readFiles(path);
    assert.ok(typeof damage === 'string', name);
    assert.ok(damage.includes(path), damage);
    assert.match(damage, message);
    assert.deepEqual(others, after ? [['z', 'x']] : [], name);
  }
  const { files } = listInputs([join(folder, 'i.txt'), join(folder, 'a.jsonl')]);
  const gone = files.map((file) => ({ ...file, path: `${file.path}.gone` }));
  for (const message of await read(openSources(gone)))
    assert.match(String(message), /cannot be read, there is no such file/);
  assert.throws(
    () => listInputs([join(folder, 'no-such-file.txt')]),
    /cannot be read, there is no such file/,
  );
  assert.throws(() => listInputs([folderOf(t, { 'a.png': '' })]), /holds nothing to annotate/);
});
