import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../foundation';
import { affineSchemes, decodeAffine, encodeAffine, roundHalfToEven } from './affine';
import { compareProducts, encodeWithOnnxRuntime } from './operators';

const matrixOf = (seed: number, rows: number, columns: number, shift = 0) => {
  const random = createRandom(seed);
  return {
    shape: [rows, columns],
    data: Float32Array.from(
      { length: rows * columns },
      () => random.next() ** 3 - random.next() ** 2 + shift,
    ),
  };
};

test('halves are rounded to the even neighbour', () => {
  assert.deepEqual(
    [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.51, -0.2].map(roundHalfToEven).map((value) => value + 0),
    [-2, -2, 0, 0, 2, 2, 3, 0],
  );
});

test('the integers are those of ONNX Runtime, halves and clipped numbers included', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 }),
      fc.constantFrom(0.5, 0.25, 1, 0.0053, 3, 0.1),
      fc.integer({ min: -128, max: 127 }),
      async (numbers, scale, zero) => {
        const halves = numbers.map((value) => Math.fround(Math.round(value) * scale * 0.5));
        const data = Float32Array.from([...numbers, ...halves]);
        const code = { scale, zero };
        const expected = await encodeWithOnnxRuntime({ shape: [data.length, 1], data }, code);
        assert.deepEqual(encodeAffine(data, code), expected);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

test('numbers within the range come back within half a step', () => {
  const code = { scale: 0.02, zero: 10 };
  const data = Float32Array.from({ length: 200 }, (_, index) => -2.7 + index * 0.025);
  const decoded = decodeAffine(encodeAffine(data, code), code);
  for (const [index, value] of data.entries())
    if (value <= 0.02 * (127 - 10)) assert.ok(Math.abs(value - decoded[index]) <= 0.0101, `${value}`);
});

test('with zero at 0, an unsymmetric matrix is clipped on its longer side; the zero point and finer scales err less', () => {
  const [first, affine, symmetric, perOutput] = affineSchemes(matrixOf(3, 64, 32, 0.4));
  assert.equal(first.codes[0].zero, 0);
  assert.ok(first.clipped > 0);
  assert.deepEqual([affine.clipped, symmetric.clipped, perOutput.clipped], [0, 0, 0]);
  assert.ok(affine.codes[0].zero !== 0 && affine.codes[0].scale === first.codes[0].scale);
  assert.ok(affine.largestError < first.largestError);
  assert.ok(perOutput.rootMeanSquareError < symmetric.rootMeanSquareError);
  assert.equal(perOutput.codes.length, 32);
  const zeros = { shape: [2, 2], data: new Float32Array(4) };
  for (const { largestError, codes } of affineSchemes(zeros))
    assert.ok(largestError === 0 && codes[0].scale > 0);
});

test('integer products are those of the floats that the integers stand for; element by element within a step of the result', async () => {
  const matrix = matrixOf(5, 32, 32);
  const [, , symmetric] = affineSchemes(matrix);
  const rows = await compareProducts(matrix, symmetric.codes[0], { runs: 5 });
  assert.deepEqual(
    rows.map(({ operation }) => operation),
    ['matrix product', 'element-wise product'],
  );
  for (const { floatMs, int8Ms } of rows) assert.ok(floatMs > 0 && int8Ms > 0);
  assert.ok(rows[0].difference < 1e-5 && rows[1].difference < 0.5 / 127 + 1e-5);
  await assert.rejects(
    compareProducts(matrixOf(1, 4, 6), { scale: 1, zero: 0 }, { runs: 1 }),
    /4 x 6 has no product with itself/,
  );
});
