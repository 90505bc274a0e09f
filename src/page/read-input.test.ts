import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../foundation';
import { readInput } from './read-input';

const file = (name: string, content: string | Uint8Array) => {
  const bytes = Buffer.from(content as string);
  return readInput({ kind: 'file', name, content: new Uint8Array(bytes).buffer });
};
const refuses = (reading: Promise<unknown>, message: RegExp) =>
  assert.rejects(reading, (error: Error) => error instanceof InputError && message.test(error.message));

const JATS =
  '<article><body><sec><title>Results</title><p>HeLa <italic>cells</italic>.</p></sec></body></article>';

test('text and JATS, compressed or in UTF-16, give the id and text of `falconframes annotate`', async () => {
  assert.deepEqual(await readInput({ kind: 'text', text: ' T cells\ud800 ' }), {
    ...{ id: '-', text: ' T cells\ud800 ', place: 'The text' },
  });
  const article = { id: 'a.b', text: 'Results\n\nHeLa cells.' };
  for (const [name, content] of [
    ['a.b.xml', JATS],
    ['a.b.xml.gz', gzipSync(JATS)],
    ['a.b.txt', `\ufeff<?xml version="1.0"?>\n${JATS}`],
    ['a.b.nxml', Buffer.from(`\ufeff${JATS}`, 'utf16le')],
  ] as const) {
    const { id, text } = await file(name, content);
    assert.deepEqual({ id, text }, article, name);
  }
  // Offsets are those of the file, so nothing is trimmed.
  assert.equal((await file('x.txt', '\ufeff HeLa\r\n')).text, '\ufeff HeLa\r\n');
});

test('what is no text or article is refused in one sentence', async () => {
  await refuses(readInput({ kind: 'text', text: ' \n' }), /^The text: is empty; paste a text/);
  await refuses(file('a.txt', ''), /^a\.txt: is empty/);
  await refuses(
    file('a.txt', new Uint8Array([1, 2, 0, 255])),
    /^a\.txt: contains NUL bytes, so it is not text/,
  );
  await refuses(file('a.txt', new Uint8Array([72, 101, 0xff, 0xfe, 44])), /^a\.txt: is not text in UTF-8/);
  await refuses(file('a.pdf', '%PDF-1.7'), /^a\.pdf: is a PDF; give the article as JATS XML/);
  await refuses(file('a.xml', '<article><body><p>HeLa</body></article>'), /^a\.xml line 1: .*p/);
  await refuses(
    file('a.xml', '<record><x/></record>'),
    /^a\.xml: is XML, but not one JATS article; open plain text/,
  );
  await refuses(file('a.html', '<!doctype html><p>HeLa'), /^a\.html: is HTML/);
  await refuses(
    file('a.jsonl', '{"id":"1","text":"HeLa"}\n'),
    /^a\.jsonl: holds many documents as JSONL; open/,
  );
  await refuses(file('a.gz', gzipSync(JATS).subarray(0, 40)), /^a\.gz: is gzip that cannot be unpacked/);
  await refuses(file('a.gz', gzipSync(new Uint8Array(40 << 20))), /^a\.gz: larger than 32 MiB/);
});
