import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Paging } from './paging';

/** Counts the pages requested from a service with these responses; `found` counts wanted articles. */
function pagesOf(answer: (page: number) => { next?: string; keys: string[]; found: number }): number {
  const paging = new Paging();
  for (let page = 1; ; page++) {
    const { next, keys, found } = answer(page);
    if (paging.cursorAfter(next, keys, () => found) === undefined) return page;
  }
}

test('a list is read to its end as long as its pages bring something', () => {
  const last = 1_000;
  const end = (page: number) => (page === last ? undefined : `c${page}`);
  assert.equal(
    pagesOf((page) => ({ next: end(page), keys: [`a${page}`], found: page })),
    last,
  );
  // Pages that repeat earlier articles, and pages of articles that are not wanted, may lie between.
  const rare = (page: number) => ({
    next: end(page),
    keys: [`a${page - (page % 3)}`],
    found: Math.floor(page / 90),
  });
  assert.equal(pagesOf(rare), last);
});

test('paging stops when pages bring nothing new', () => {
  assert.equal(
    pagesOf((page) => ({ next: `c${page}`, keys: ['a'], found: 1 })),
    4,
  );
  assert.equal(
    pagesOf((page) => ({ next: page % 2 ? 'A' : 'B', keys: [`a${page}`], found: page })),
    3,
  );
  assert.equal(
    pagesOf((page) => ({ next: `c${page}`, keys: [`a${page}`], found: 0 })),
    100,
  );
  assert.equal(
    pagesOf((page) => ({ next: `c${page}`, keys: [], found: 0 })),
    3,
  );
});

test('paging always ends if the number of wanted articles is bounded (seeded)', () => {
  const page = fc.record({ next: fc.nat(9), key: fc.nat(9), found: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(page, { minLength: 1, maxLength: 20 }), (pages) => {
      let found = 0;
      const count = pagesOf((number) => {
        const { next, key, found: more } = pages[number % pages.length];
        found = Math.min(found + more, 50);
        return { next: `${next} ${number % 7 === 0 ? number : ''}`, keys: [`${key}`], found };
      });
      assert.ok(count < 100);
    }),
    { seed: 3, numRuns: 500 },
  );
});
