import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entity } from '../inference';
import { blocksOf, piecesOf } from './pieces';

const entity = (start: number, end: number, label = 'Cell'): Entity => ({
  ...{ start, end, label },
  ...{ text: '', score: 1 },
});

test('pieces end where mentions begin and end; of those that overlap, the longest comes first', () => {
  const inner = entity(2, 4, 'Cell');
  const outer = entity(0, 6, 'Cell Line');
  assert.deepEqual(piecesOf('T cell line', [outer, inner], 0, 11), [
    { text: 'T ', covering: [outer], ending: [] },
    { text: 'ce', covering: [outer, inner], ending: [inner] },
    { text: 'll', covering: [outer], ending: [outer] },
    { text: ' line', covering: [], ending: [] },
  ]);
});

test('blocks are lines; a mention over a line break holds two together', () => {
  const text = 'one\ntwo\n\nthree';
  assert.deepEqual(
    blocksOf(text, [entity(5, 10)]).map(({ start, end }) => text.slice(start, end)),
    ['one\n', 'two\n\nthree'],
  );
});

test('blocks lose no character but white space, and no mention', () => {
  const texts = fc.array(fc.constantFrom('a', ' ', '\n', '😀', 'word ', 'x'.repeat(5_000)), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(texts, fc.array(fc.tuple(fc.nat(30_000), fc.nat(50))), (parts, places) => {
      const text = parts.join('');
      const entities = places
        .map(([start, length]) => entity(start, Math.min(start + length + 1, text.length)))
        .filter(({ start, end }) => start < end)
        .sort((one, other) => one.start - other.start || one.end - other.end);
      const blocks = blocksOf(text, entities);
      const shown = blocks.map(({ start, end }) => text.slice(start, end)).join('');
      assert.equal(shown.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''));
      for (const { start, end } of blocks) assert.ok(start < end);
      const kept = blocks.flatMap((block) => {
        for (const own of block.entities) assert.ok(own.start >= block.start && own.end <= block.end);
        return block.entities;
      });
      assert.deepEqual(
        kept,
        entities.filter(
          ({ start, end }) =>
            text.slice(start, end).trim() !== '' ||
            kept.some((own) => own.start === start && own.end === end),
        ),
      );
    }),
    { seed: 1, numRuns: 300 },
  );
});
