import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

const folder = join(root, 'environment');
const lists = readdirSync(folder).filter((name) => /^requirements.*\.txt$/.test(name));
const textOf = (name) => readFileSync(join(folder, name), 'utf8');

test('every Python package is pinned by version and checksums, and no list contains an address', () => {
  assert.ok(lists.length >= 7);
  for (const list of lists) {
    const lines = textOf(list)
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    assert.ok(lines.length > 0, list);
    for (const line of lines)
      assert.match(
        line,
        /^[a-z0-9-]+==[^\s;]+ +(?:--hash=sha256:[0-9a-f]{64}\s*)+$/,
        `${list}: ${line.slice(0, 60)}`,
      );
  }
});

test('every command that installs Python packages accepts only those files', () => {
  const sources = ['environment/python.mjs', 'src/benchmark/peer.ts', 'src/evaluation/scoring.bench.ts'];
  const installing = ['environment', 'src'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true })
      .filter((name) => /\.(?:ts|mjs|cjs)$/.test(name) && !/\.test\./.test(name))
      .map((name) => `${room}/${name}`)
      .filter((name) => /'pip',\s*'install'/.test(readFileSync(join(root, name), 'utf8'))),
  );
  assert.deepEqual(installing.sort(), sources.sort());
  for (const name of installing)
    assert.match(readFileSync(join(root, name), 'utf8'), /'--require-hashes'/, name);
});
