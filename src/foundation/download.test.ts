import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { moveIntoPlace, piecesOf, temporaryNeighbour, textOf, withoutCredentials } from './download';

test('credentials are removed from a displayed address', () => {
  for (const [address, shown] of [
    ['https://host/path', 'https://host/path'],
    ['https://host/', 'https://host/'],
    ['https://ada:secret@host/path/', 'https://host/path'],
    ['https://token@host', 'https://host'],
    ['https://host/x?X-Amz-Signature=secret', 'https://host/x'],
    ['http://ada:sec/ret@host', 'http://host'],
    ['http://ada:se@cret@host', 'http://host'],
    ['postgresql://ada:secret@host/db', 'postgresql://host/db'],
    ['ada:secret@host', 'host'],
    ['runs/mlflow', 'runs/mlflow'],
    ['sqlite:///runs.db', 'sqlite:///runs.db'],
  ])
    assert.equal(withoutCredentials(address), shown);
});

test('a body is read up to its size limit', async () => {
  assert.equal(await textOf(new Response('four'), 4, 'it'), 'four');
  await assert.rejects(textOf(new Response('five!'), 4, 'it'), /it is larger than the 4 bytes allowed/);
  let sent = 0;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(++sent * 10)),
  });
  const read = async () => {
    for await (const _ of piecesOf(new Response(endless), 1_000, 'it'));
  };
  await assert.rejects(read(), /it is larger than the 1000 bytes/);
  assert.ok(sent < 20);
});

test('only temporary folders of processes that have exited are removed', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'source');
  const others = [
    `.source.download-${process.ppid}`,
    '.source.download-mine',
    '.source.download-',
    'source.txt',
  ];
  for (const name of ['.source.download-4194305', ...others]) mkdirSync(join(root, name));
  const temporary = temporaryNeighbour(folder);
  assert.deepEqual(readdirSync(root).sort(), [...others].sort());
  mkdirSync(temporary);
  moveIntoPlace(temporary, folder);
  assert.ok(existsSync(folder));
  // Another process finished first.
  writeFileSync(join(folder, 'whole'), '');
  mkdirSync(temporary);
  moveIntoPlace(temporary, folder);
  assert.deepEqual(readdirSync(folder), ['whole']);
});
