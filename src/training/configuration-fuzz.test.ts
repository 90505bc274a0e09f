// Any content of a file that describes a run is accepted, or rejected in one sentence, quickly.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { completeConfiguration, readTrainingConfiguration, TRAINING_SCHEMA } from './configuration';
import { gridOf, Journal, planRungs, readSearchSpace, SPACE_SCHEMA } from './search';

const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'file.json');

/** A message must be one sentence of readable length, without control characters. */
function takenOrRefused(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    assert.ok(error instanceof InputError, String((error as Error).stack));
    assert.ok(error.message.length < 2_000, error.message);
    return true;
  }
}

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(1e300, -0, 1e15, '../../x', '\u001b[31m', '__proto__', [], {}, [[]], null),
);
const objectOf = (keys: readonly string[]) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...keys, '__proto__', 'constructor'), fc.string()), value);

test('training configurations with arbitrary values', () => {
  const keys = Object.keys(TRAINING_SCHEMA.properties);
  const own = fc.record({ train: value, dev: value }, { requiredKeys: [] });
  fc.assert(
    fc.property(
      fc.oneof(
        value,
        fc.tuple(own, objectOf(keys)).map(([one, two]) => ({ ...two, ...one })),
      ),
      (given) =>
        takenOrRefused(() => completeConfiguration(JSON.parse(JSON.stringify(given ?? null)), 'file')),
    ),
    { numRuns: 2_000 },
  );
  // One wrong or arbitrary key among valid ones.
  fc.assert(
    fc.property(fc.constantFrom(...keys), value, (key, given) =>
      takenOrRefused(() =>
        completeConfiguration({ train: ['a'], dev: ['b'], [key]: JSON.parse(JSON.stringify(given)) }, 'file'),
      ),
    ),
    { numRuns: 2_000 },
  );
});

test('search spaces with arbitrary values', () => {
  const names = Object.keys(SPACE_SCHEMA.properties);
  const range = fc.dictionary(
    fc.constantFrom('choices', 'uniform', 'logUniform', 'integer', 'other'),
    fc.oneof(fc.array(value, { maxLength: 3 }), value),
  );
  const parameters = fc.dictionary(fc.constantFrom(...Object.keys(TRAINING_SCHEMA.properties)), range);
  const given = fc.oneof(
    value,
    objectOf(names),
    fc.record(
      { parameters, fixed: objectOf(Object.keys(TRAINING_SCHEMA.properties)) },
      { requiredKeys: ['parameters'] },
    ),
  );
  fc.assert(
    fc.property(given, (content) => {
      writeFileSync(path, JSON.stringify(content ?? null));
      return takenOrRefused(() => gridOf(readSearchSpace(path).parameters));
    }),
    { numRuns: 1_000 },
  );
});

test('files that are not JSON, too deep, too large or not files', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const nested = (key: string) => `{"train":["a"],"dev":["b"],"${key}":${deep}}`;
  const contents: [string | Buffer, RegExp][] = [
    ['', /not valid JSON/],
    ['\ufeff{"train":1}', /"train" must be a list/],
    [Buffer.from([0xff, 0xfe, 0x7b, 0]), /not valid JSON/],
    [deep, /must be a JSON object/],
    [nested('variations'), /"variations" must be an object, found a list/],
    [nested('loss'), /"loss" must be one of/],
    [`{"${'k'.repeat(1_000_000)}":1}`, /is not a key of a configuration/],
    [' '.repeat(17 << 20), /is larger than the limit of 16777216 bytes/],
    ['{"train":["a"],"dev":["b"],"epochs":1e300}', /"epochs" is 1e\+300; choose 10000 at most/],
    ['{"train":["a"],"dev":["b"],"batchSize":1e300}', /from 1 to 100000/],
  ];
  for (const [content, message] of contents) {
    writeFileSync(path, content);
    assert.throws(() => readTrainingConfiguration(path), { name: 'InputError', message });
    takenOrRefused(() => readTrainingConfiguration(path));
    takenOrRefused(() => readSearchSpace(path));
  }
  assert.throws(() => readTrainingConfiguration('/dev/zero'), {
    name: 'InputError',
    message: /is larger than/,
  });
  assert.throws(() => readTrainingConfiguration(folder), { name: 'InputError', message: /it is a folder/ });
});

test('a grid with more trials than allowed is rejected before it is built', () => {
  const choices = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const parameters = {
    batchSize: { choices },
    maximumLength: { choices },
    seed: { choices },
    epochs: { choices },
  };
  assert.throws(() => gridOf(parameters), { name: 'InputError', message: /1000000000000 combinations/ });
  assert.equal(planRungs(9, { rungs: 3, factor: 3 }).length, 3);
});

test('the journal of a search: arbitrary lines', () => {
  const journal = join(folder, 'search.jsonl');
  const good = {
    trial: 1,
    rung: 0,
    share: 1,
    values: { a: 1 },
    saw: 0,
    seconds: 1,
    score: 0.5,
    metrics: { a: null },
  };
  const refused = (first: string, line: string) => {
    writeFileSync(journal, `${first}\n${line}\n`);
    assert.throws(() => Journal.open(journal, { seed: 1 }), { name: 'InputError' }, line.slice(0, 200));
  };
  for (const [key, ...values] of [
    ['trial', 0, -1, 1.5, '../../x', 1e300, null],
    ['rung', -1, '0', null],
    ['share', '1', null],
    ['values', null, [], { a: {} }, { a: [1] }, 'x'],
    ['score', '1', null, {}],
    ['metrics', null, [1], { a: 'x' }],
  ] as [string, ...unknown[]][])
    for (const wrong of values) refused('{"seed":1}', JSON.stringify({ ...good, [key]: wrong }));
  refused('{"seed":1}', JSON.stringify({ ...good, score: 'x', failed: 'x' }));
  refused('{"seed":1}', JSON.stringify(good).replace('0.5', '1e999'));
  for (const line of ['null', '[]', '3', '', '['.repeat(100_000)]) refused('{"seed":1}', line);
  for (const first of ['null', '[]', '{"seed":2}', `{"seed":${'['.repeat(100_000)}${']'.repeat(100_000)}}`])
    refused(first, JSON.stringify(good));
  writeFileSync(journal, `{"seed":1}\n${JSON.stringify(good)}\n`);
  assert.equal(Journal.open(journal, { seed: 1 }).records.length, 1);
});
