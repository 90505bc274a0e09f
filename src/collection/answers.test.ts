import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkedAnnotations, checkedFullText, checkedSearch, checkedTypePage } from './answers';
import { parsedJson } from './json';
import { Unobtainable } from './unobtainable';

const CHECKS: ((body: string) => unknown)[] = [
  (body) => checkedAnnotations(body, ['PMC1'], ['Cell']),
  (body) => checkedAnnotations(body, ['PMC1', 'PMC2'], ['Cell', 'Cell Line']),
  checkedTypePage,
  checkedSearch,
  (body) => checkedFullText(body, 'PMC1'),
];

/** Values of any type where the service has texts, lists and objects. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('PMC1', 'PMC', '*', 1e308, { toString: 1, valueOf: 1 }, [[]], { length: 3 }),
);
const likeAnswers = fc.oneof(
  fc.array(
    fc.record(
      {
        pmcid: anything,
        source: anything,
        extId: anything,
        annotations: fc.oneof(
          anything,
          fc.array(fc.record({ exact: anything, type: anything, tags: anything })),
        ),
      },
      { requiredKeys: [] },
    ),
  ),
  fc.record({
    nextCursorMark: anything,
    articles: fc.oneof(anything, fc.array(anything)),
    resultList: fc.oneof(anything, fc.record({ result: fc.oneof(anything, fc.array(anything)) })),
  }),
);

test('every response is either read or refused with one printable line (seeded)', () => {
  const bodies = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    likeAnswers.map((value) => JSON.stringify(value)),
    // Cut off anywhere.
    fc.tuple(likeAnswers, fc.nat(300)).map(([value, end]) => JSON.stringify(value).slice(0, end)),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      for (const check of CHECKS) {
        try {
          check(body);
        } catch (error) {
          assert.ok(error instanceof Unobtainable, String((error as Error).stack));
          assert.doesNotMatch(error.message, /\p{Cc}/u);
          assert.ok(error.message.length < 1_000);
        }
      }
    }),
    { seed: 7, numRuns: 2_000 },
  );
});

test('responses that would fill the memory are refused permanently; others that are not JSON are described', () => {
  const repeated = (body: string) => {
    try {
      parsedJson(body, 'answers');
    } catch (error) {
      return [(error as Unobtainable).message, (error as Unobtainable).repeated];
    }
    return undefined;
  };
  assert.deepEqual(repeated('['.repeat(2_000_000)), [
    'the answers are nested more than 1000 levels deep',
    'never',
  ]);
  assert.deepEqual(repeated(`[${'[],'.repeat(6_000_000)}[]]`), [
    'the answers are of more than 10000000 values',
    'never',
  ]);
  assert.deepEqual(repeated('[{"a":'), ['the answers break off or are not JSON', 'when trusted']);
  assert.deepEqual(repeated('<!DOCTYPE html>'), [
    'the answers are not JSON but an HTML page',
    'when trusted',
  ]);
  assert.deepEqual(repeated('wait'), ['the answers are not JSON', 'thrice']);
  assert.equal(repeated('[{"a":"[[["}]'), undefined);
});
