import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from './json';

const filler = 'a'.repeat(1_000_001);

test('JSON that would exhaust memory is rejected before parsing', () => {
  for (const text of ['['.repeat(2e6), '{"a":'.repeat(1e6), `{"a":"${filler}","b":${'['.repeat(1001)}`])
    assert.throws(() => parseJson(text), { name: 'SyntaxError', message: /nested more than 1000 levels/ });
  assert.throws(() => parseJson(`[${'1,'.repeat(10_000_000)}1]`), /more than 10000000 values/);
  assert.throws(() => parseJson(`[${'[1,2],'.repeat(200_000)}1]`, 100), /more than 100 items/);
  assert.equal((parseJson(`[[${'1,'.repeat(600_000)}1],2]`, 2) as unknown[]).length, 2);
  assert.throws(() => parseJson(`["${filler}`), SyntaxError);
  assert.throws(() => parseJson('{'), SyntaxError);
});

test('brackets inside strings are ignored, and values are returned', () => {
  for (const string of ['[[{', '"[', '\\', '\\"', '\\\\"[', '\u2028']) {
    const value = [filler, string.repeat(2000), { [string]: [[string]] }];
    assert.deepEqual(parseJson(JSON.stringify(value)), value);
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(
        JSON.stringify(parseJson(JSON.stringify([filler, value]))),
        JSON.stringify([filler, value]),
      );
    }),
    { numRuns: 30 },
  );
});
