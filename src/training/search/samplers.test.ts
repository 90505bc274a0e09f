import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../foundation';
import { normalMass } from './normal';
import { createSampler, type SamplerName } from './samplers';
import { drawValues, gridOf, type Range, type Setting, type Space } from './space';
import { densities } from './tpe';

const numbers = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }));
const ranges: fc.Arbitrary<Range> = fc.oneof(
  fc
    .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { minLength: 1, maxLength: 5 })
    .map((choices) => ({ choices })),
  numbers.map(([low, width]): Range => ({ uniform: [low / 7, low / 7 + width] })),
  numbers.map(([low, width]): Range => ({ integer: [low, low + width] })),
  numbers.map(
    ([exponent, width]): Range => ({ logUniform: [10 ** (exponent / 7), 10 ** (exponent / 7 + width)] }),
  ),
);
const spaces = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), ranges, { minKeys: 1 });

function isWithin(range: Range, value: Setting): boolean {
  if ('choices' in range) return range.choices.includes(value);
  if (typeof value !== 'number' || ('integer' in range && !Number.isInteger(value))) return false;
  const [low, high] = Object.values(range)[0] as readonly [number, number];
  return value >= low && value <= high;
}

test('suggestions are within the space and depend only on seed, number and trials', () => {
  const outcomes = fc.array(fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }), { maxLength: 30 });
  fc.assert(
    fc.property(
      spaces,
      outcomes,
      fc.nat(1000),
      fc.constantFrom<SamplerName>('random', 'tpe', 'halving'),
      (space: Space, scores, seed, name) => {
        const random = createRandom(seed);
        const ended = scores.map((score) => ({ values: drawValues(space, random), score }));
        const trial = ended.length + 1;
        const values = createSampler(name, space, seed)(trial, ended);
        assert.deepEqual(Object.keys(values), Object.keys(space));
        for (const [key, range] of Object.entries(space))
          assert.ok(isWithin(range, values[key]), `${key} ${values[key]}`);
        assert.deepEqual(createSampler(name, space, seed)(trial, structuredClone(ended)), values);
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

test('a grid tries every combination once, whatever the seed', () => {
  const space: Space = { a: { choices: [1, 2, 3] }, b: { choices: ['x', null] } };
  for (const seed of [1, 2]) {
    const suggest = createSampler('grid', space, seed);
    const tried = Array.from({ length: 6 }, (_, index) => JSON.stringify(suggest(index + 1, [])));
    assert.deepEqual(
      [...tried].sort(),
      gridOf(space)
        .map((values) => JSON.stringify(values))
        .sort(),
    );
  }
  assert.throws(() => createSampler('grid', { ...space, c: { uniform: [0, 1] } }, 1), {
    name: 'InputError',
    message: /"choices" for every parameter, but "c" has a range/,
  });
});

test('random draws cover a range uniformly, or its logarithm if specified', () => {
  const space: Space = { rate: { logUniform: [1e-4, 1] }, size: { integer: [1, 4] } };
  const suggest = createSampler('random', space, 3);
  const drawn = Array.from({ length: 4000 }, (_, index) => suggest(index + 1, []));
  for (let part = 0; part < 4; part++) {
    const inDecade = drawn.filter(({ rate }) => Math.floor(Math.log10(rate as number)) + 4 === part);
    const ofSize = drawn.filter(({ size }) => size === part + 1);
    // Of 4,000 draws a quarter, within four standard deviations of 27.
    for (const found of [inDecade, ofSize])
      assert.ok(Math.abs(found.length - 1000) < 110, String(found.length));
  }
});

test('regions where trials failed are avoided', () => {
  const scored = [0.1, 0.2, 0.3, 0.4].map((x) => ({ values: { x }, score: -x }));
  const failed = [0.8, 0.9, 1].map((x) => ({ values: { x } }));
  const { good, others } = densities({ x: { uniform: [0, 1] } }, [...failed, ...scored]);
  const ratio = (x: number) => good.logDensity({ x }) - others.logDensity({ x });
  assert.ok(ratio(0.1) > 0);
  assert.ok(ratio(0.9) < ratio(0.5));
});

test('the normal distribution, also in the tails (values of SciPy)', () => {
  const tails = [
    [0.5, 0.3085375387259869],
    [2.9, 0.0018658133003840375],
    [3.1, 0.0009676032132183563],
    [10, 7.61985302416047e-24],
    [30, 4.906713927147908e-198],
  ];
  assert.ok(Math.abs(normalMass(-0.3, 1.5) - 0.5511042209200945) < 1e-15);
  for (const [from, probability] of tails) {
    const relative = normalMass(from, Number.POSITIVE_INFINITY) / probability - 1;
    assert.ok(Math.abs(relative) < 1e-12, `${from}: ${relative}`);
    assert.equal(normalMass(Number.NEGATIVE_INFINITY, -from), normalMass(from, Number.POSITIVE_INFINITY));
  }
});
