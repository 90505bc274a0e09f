import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../foundation';
import { usesGpu } from '../backend';
import { type DeviceTensor, download, free, livingTensors, tidy, upload } from '../device';
import { Tape } from '../tape';
import { attention, createChance, linearAddNorm, linearGelu } from '.';

/** Our kernels and TensorFlow's must agree for all shapes, forward and backward, including dropout. */

type Shape = readonly number[];

const sizeOf = (shape: Shape) => shape.reduce((product, extent) => product * extent, 1);

function compare(
  name: string,
  shapes: readonly Shape[],
  build: (tape: Tape, inputs: DeviceTensor[]) => DeviceTensor,
) {
  const random = createRandom(7);
  const values = shapes.map((shape) =>
    Float32Array.from({ length: sizeOf(shape) }, () => 4 * random.next() - 2),
  );
  const compute = (fused: boolean) =>
    tidy(() => {
      const inputs = values.map((data, index) => upload(data.slice(), shapes[index]));
      const tape = new Tape(true, createChance(3, 8), 'float32', fused);
      const output = build(tape, inputs);
      const result = download(output);
      const direction = upload(
        Float32Array.from(result, (_, index) => Math.sin(index)),
        output.shape,
      );
      const gradients = tape.backward(output, direction);
      const numbers = [result, ...inputs.map((input) => download(gradients.get(input)!))];
      free(...gradients.values());
      return numbers;
    });
  const [plain, fused] = [compute(false), compute(true)];
  plain.forEach((expected, index) => {
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    expected.forEach((value, place) => {
      const error = Math.abs(value - fused[index][place]) / largest;
      assert.ok(
        error < 1e-5,
        `${name}, ${index === 0 ? 'result' : `gradient ${index - 1}`}, number ${place}: ${fused[index][place]} for ${value}`,
      );
    });
  });
  assert.equal(livingTensors(), 0);
}

const skip = usesGpu() && 'our own kernels are for processors';

test('attention of any length, head size and number of heads', { skip }, () => {
  for (const [batch, length, heads, width] of [
    [1, 1, 1, 1],
    [2, 3, 2, 5],
    [3, 8, 1, 32],
    [2, 33, 3, 40],
    [9, 41, 4, 32],
    [1, 130, 2, 64],
  ]) {
    const present = Float32Array.from({ length: batch * length }, (_, index) =>
      index % length > 0 && index % length >= length - Math.floor(index / length) ? -1e9 : 0,
    );
    for (const dropout of [0, 0.1]) {
      const biases = [[], [[1, heads, length, length]]];
      for (const bias of biases) {
        const observed: Float32Array[] = [];
        compare(
          `${batch} x ${length}, ${heads} x ${width}${bias.length > 0 ? ', with a bias' : ''}`,
          [[batch * length, 3 * heads * width], ...bias],
          (tape, [projected, added]) =>
            attention(tape, projected, upload(present.slice(), [batch, 1, 1, length]), {
              ...{ batch, length, heads, dropout, bias: added },
              observe: (weights) => observed.push(download(weights)),
            }),
        );
        const [plain, fused] = observed;
        assert.equal(plain.length, batch * heads * length * length);
        assert.ok(plain.every((weight, place) => Math.abs(weight - fused[place]) < 1e-6));
      }
    }
  }
});

test('linear layers fused with the following operation, of any shape', { skip }, () => {
  for (const [rows, inputs, outputs] of [
    [1, 1, 1],
    [5, 7, 9],
    [301, 16, 33],
    [700, 8, 96],
  ]) {
    const name = `${rows} x ${inputs} x ${outputs}`;
    compare(name, [[rows, inputs], [outputs, inputs], [outputs]], (tape, [x, weight, bias]) =>
      linearGelu(tape, x, weight, bias),
    );
    if (outputs === 1) continue; // A norm over one number has no gradient.
    for (const dropout of [0, 0.1]) {
      compare(
        name,
        [[rows, inputs], [rows, outputs], [outputs, inputs], [outputs], [outputs], [outputs]],
        (tape, [x, residual, weight, bias, gain, shift]) =>
          linearAddNorm(tape, x, residual, { weight, bias, gain, shift, epsilon: 1e-12, dropout }),
      );
    }
  }
});

test('gelu far from zero is 0 on the left and the identity on the right', { skip }, () => {
  tidy(() => {
    const x = upload(Float32Array.of(-200, -20, -9, 9, 20, 200), [6, 1]);
    const zero = upload(Float32Array.of(0), [1]);
    const weight = upload(Float32Array.of(1), [1, 1]);
    const found = [...download(linearGelu(new Tape(false, undefined, 'float32', true), x, weight, zero))];
    found.forEach((value, index) => {
      assert.ok(Math.abs(value - [0, 0, 0, 9, 20, 200][index]) < 1e-6, `${value}`);
    });
  });
});
