import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../foundation';
import { type DeviceTensor, download, free, livingTensors, tidy, upload } from '../device';
import { type Precision, Tape } from '../tape';
import {
  add,
  attention,
  createChance,
  dropout,
  gatherRows,
  gelu,
  layerNorm,
  linear,
  linearAddNorm,
  linearGelu,
  linears,
  relativeBias,
  relu,
  tanh,
} from '.';

type Shape = readonly number[];
type Build = (tape: Tape, inputs: DeviceTensor[]) => DeviceTensor;

const sizeOf = (shape: Shape) => shape.reduce((product, extent) => product * extent, 1);

/**
 * Compares the gradients of sum(output * direction) with respect to every input with central differences. Each evaluation draws the
 * same random numbers, so dropout is a fixed function here.
 */
function checkGradients(shapes: readonly Shape[], build: Build, chance = false, fused = false): void {
  const random = createRandom(4);
  const values = shapes.map((shape) =>
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.next() - 1),
  );
  const makeTape = (recording: boolean) =>
    new Tape(recording, chance ? createChance(9, 1) : undefined, 'float32', fused);
  const uploadAll = () => values.map((data, index) => upload(data.slice(), shapes[index]));
  const evaluate = () => tidy(() => download(build(makeTape(false), uploadAll())));
  const output = evaluate();
  const direction = Float32Array.from(output, () => 2 * random.next() - 1);
  const loss = () => evaluate().reduce((sum, value, index) => sum + value * direction[index], 0);

  const gradients = tidy(() => {
    const inputs = uploadAll();
    const tape = makeTape(true);
    const result = build(tape, inputs);
    const byTensor = tape.backward(result, upload(direction, result.shape));
    const plain = inputs.map((input) => download(byTensor.get(input)!));
    free(...byTensor.values());
    return plain;
  });

  const step = 1e-2;
  gradients.forEach((gradient, input) => {
    gradient.forEach((found, index) => {
      const value = values[input][index];
      values[input][index] = value + step;
      const above = loss();
      values[input][index] = value - step;
      const below = loss();
      values[input][index] = value;
      const expected = (above - below) / (2 * step);
      const tolerance = 2e-3 * Math.max(1, Math.abs(expected));
      assert.ok(
        Math.abs(found - expected) < tolerance,
        `input ${input}, number ${index}: gradient ${found}, difference ${expected}`,
      );
    });
  });
  assert.equal(livingTensors(), 0);
}

test('linear', () => {
  checkGradients([[3, 4], [2, 4], [2]], (tape, [x, weight, bias]) => linear(tape, x, weight, bias));
});

test('linear layers side by side', () => {
  checkGradients([[3, 4], [2, 4], [2, 4], [2], [2]], (tape, [x, one, other, oneBias, otherBias]) =>
    linears(tape, x, [one, other], [oneBias, otherBias]),
  );
});

test('gelu, tanh and relu', () => {
  checkGradients([[3, 4]], (tape, [x]) => gelu(tape, x));
  checkGradients([[3, 4]], (tape, [x]) => tanh(tape, x));
  checkGradients([[3, 4]], (tape, [x]) => relu(tape, x));
});

test('layer norm', () => {
  checkGradients([[3, 5], [5], [5]], (tape, [x, gain, shift]) => layerNorm(tape, x, gain, shift, 1e-5));
});

test('rows that are selected twice get both gradients', () => {
  checkGradients([[4, 3]], (tape, [table]) => gatherRows(tape, table, Int32Array.of(2, 0, 2)));
});

test('attention over two windows of different length, with and without dropout', () => {
  const shape = { batch: 2, length: 3, heads: 2 };
  const mask = () => upload(Float32Array.of(0, 0, 0, 0, 0, -1e9), [2, 1, 1, 3]);
  for (const rate of [0, 0.4]) {
    for (const fused of [false, true]) {
      checkGradients(
        [[6, 12]],
        (tape, [projected]) => attention(tape, projected, mask(), { ...shape, dropout: rate }),
        true,
        fused,
      );
    }
  }
});

test('attention with a bias of each head and pair of positions, which all windows share', () => {
  const shape = { batch: 2, length: 3, heads: 2 };
  const mask = () => upload(Float32Array.of(0, 0, 0, 0, 0, -1e9), [2, 1, 1, 3]);
  for (const rate of [0, 0.4])
    for (const fused of [false, true])
      checkGradients(
        [
          [6, 12],
          [1, 2, 3, 3],
        ],
        (tape, [projected, bias]) => attention(tape, projected, mask(), { ...shape, dropout: rate, bias }),
        true,
        fused,
      );
});

test('a bias by relative position: the gradients of equal distances add up', () => {
  const bucketOf = (distance: number) => (distance > 0 ? 2 : Math.min(1, -distance));
  checkGradients([[3, 2]], (tape, [table]) => relativeBias(tape, table, bucketOf, 4));
  const values = tidy(() => {
    const table = upload(Float32Array.of(1, 10, 2, 20, 3, 30), [3, 2]);
    return [...download(relativeBias(new Tape(false), table, bucketOf, 2))];
  });
  // Rows are queries, columns keys: the key behind the query is in bucket 2, the key before it in bucket 1.
  assert.deepEqual(values, [1, 3, 2, 1, 10, 30, 20, 10]);
});

test('operations fused with a linear layer: gelu, and dropout, residual and norm', () => {
  for (const fused of [false, true]) {
    checkGradients(
      [[3, 4], [2, 4], [2]],
      (tape, [x, weight, bias]) => linearGelu(tape, x, weight, bias),
      false,
      fused,
    );
    for (const rate of [0, 0.4]) {
      checkGradients(
        [[3, 4], [3, 5], [5, 4], [5], [5], [5]],
        (tape, [x, residual, weight, bias, gain, shift]) =>
          linearAddNorm(tape, x, residual, { weight, bias, gain, shift, epsilon: 1e-5, dropout: rate }),
        true,
        fused,
      );
    }
  }
});

test('dropout, and a tensor that is used twice', () => {
  checkGradients([[5, 7]], (tape, [x]) => dropout(tape, x, 0.4), true);
  checkGradients([[3, 4]], (tape, [x]) => add(tape, gelu(tape, x), add(tape, x, tanh(tape, x))));
  checkGradients([[2, 2]], (tape, [x]) => add(tape, x, x));
});

test('dropout zeroes its fraction, keeps the mean and is determined by seed and step', () => {
  const draw = (seed: number, step: number) =>
    tidy(() => {
      const ones = upload(new Float32Array(101 * 103).fill(1), [101, 103]);
      return download(dropout(new Tape(false, createChance(seed, step)), ones, 0.1));
    });
  const values = draw(1, 5);
  assert.deepEqual(draw(1, 5), values);
  assert.notDeepEqual(draw(1, 6), values);
  assert.notDeepEqual(draw(2, 5), values);
  // The count is 25 or 26 of 256 in one mask, and exact on average.
  const shares = Array.from({ length: 60 }, (_, step) => {
    const drawn = draw(3, step);
    assert.ok(drawn.every((value) => value === 0 || value === Math.fround(1 / 0.9)));
    return drawn.filter((value) => value === 0).length / drawn.length;
  });
  assert.ok(shares.every((share) => Math.abs(share - 0.1) < 0.015));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  assert.ok(Math.abs(mean - 0.1) < 0.0015, `${mean}`);
});

test('bfloat16 products keep eight bits, forward and backward', () => {
  const run = (precision: Precision) =>
    tidy(() => {
      const random = createRandom(2);
      const draw = (...shape: number[]) =>
        upload(
          Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.next() - 1),
          shape,
        );
      const tape = new Tape(true, undefined, precision);
      const inputs = [draw(6, 8), draw(12, 8), draw(12)];
      const projected = linear(tape, inputs[0], inputs[1], inputs[2]);
      const mask = upload(Float32Array.of(0, 0, 0, 0, 0, -1e9), [2, 1, 1, 3]);
      const output = attention(tape, projected, mask, { batch: 2, length: 3, heads: 2, dropout: 0 });
      const values = [...download(output)];
      const gradients = tape.backward(output, draw(6, 4));
      for (const input of inputs) values.push(...download(gradients.get(input)!));
      free(...gradients.values());
      return values;
    });
  const exact = run('float32');
  const rounded = run('bfloat16');
  const error = Math.hypot(...exact.map((value, index) => value - rounded[index])) / Math.hypot(...exact);
  assert.ok(error > 1e-5 && error < 2e-2, `${error}`);
  assert.equal(livingTensors(), 0);
});
