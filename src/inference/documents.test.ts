import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { InputError } from '../foundation';
import { type Document, type DocumentFormat, readDocuments, readStandardInput } from './documents';

function fileOf(t: TestContext, name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function collect(documents: AsyncIterable<Document>): Promise<Document[]> {
  const collected: Document[] = [];
  for await (const document of documents) collected.push(document);
  return collected;
}

const ARTICLE =
  '<?xml version="1.0"?><article><front><article-meta><title-group><article-title>T cells</article-title></title-group></article-meta></front>' +
  '<body><p>CD4<sup>+</sup> cells &amp; liver.</p></body></article>';
const LINES = '{"id":"a","text":"one\\ntwo\u2028three"}\r\n\n{"id":"b","text":""}';

test('the extension tells plain text, JATS and JSONL apart', async (t) => {
  assert.deepEqual(await collect(readDocuments(fileOf(t, 'note.txt', '{ T cells.\n'))), [
    { id: 'note', text: '{ T cells.\n' },
  ]);
  assert.deepEqual(await collect(readDocuments(fileOf(t, 'PMC1.nxml', ARTICLE))), [
    { id: 'PMC1', text: 'T cells\n\nCD4+ cells & liver.' },
  ]);
  assert.deepEqual(await collect(readDocuments(fileOf(t, 'many.jsonl', LINES))), [
    { id: 'a', text: 'one\ntwo\u2028three' },
    { id: 'b', text: '' },
  ]);
});

test('of standard input the first characters tell, in chunks of any size', async () => {
  const read = (content: string, size: number, format?: DocumentFormat) => {
    const chunks = Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
      content.slice(index * size, (index + 1) * size),
    );
    return collect(readStandardInput(Readable.from(chunks), format));
  };
  for (const size of [1, 7, 1000]) {
    assert.deepEqual(await read(LINES, size), await read(LINES, 3));
    assert.equal((await read(LINES, size)).length, 2);
    assert.deepEqual(await read(ARTICLE, size), [{ id: '-', text: 'T cells\n\nCD4+ cells & liver.' }]);
    assert.deepEqual(await read('<5% of T cells', size), [{ id: '-', text: '<5% of T cells' }]);
    assert.deepEqual(await read('{1} T cells', size, 'text'), [{ id: '-', text: '{1} T cells' }]);
  }
});

test('bad input is told with file and line', async (t) => {
  const refuses = (path: string, message: RegExp) =>
    assert.rejects(
      collect(readDocuments(path)),
      (error: Error) =>
        error instanceof InputError && error.message.includes(path) && message.test(error.message),
    );
  await refuses(fileOf(t, 'bad.jsonl', '{"id":"a","text":"x"}\n{"id":"b"\n'), /line 2: not a line of JSON/);
  await refuses(fileOf(t, 'keys.jsonl', '\n{"id":"a","body":"x"}\n'), /line 2: "id" and "text"/);
  await refuses(fileOf(t, 'null.jsonl', 'null\n'), /line 1/);
  await refuses(fileOf(t, 'empty.jsonl', '\n\n'), /is empty/);
  await refuses(fileOf(t, 'empty.txt', ' \n'), /is empty/);
  await refuses(fileOf(t, 'bad.xml', '<article><p>'), /./);
  await refuses('no-such-file.txt', /ENOENT/);
});
