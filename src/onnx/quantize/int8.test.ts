import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createRandom } from '../../foundation';
import { constantTensor, operatorNode } from '../graph';
import { quantizeColumns, quantizeRows } from './int8';

const matrix = fc
  .record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      data: fc
        .array(fc.float({ min: -100, max: 100, noNaN: true }), {
          minLength: rows * columns,
          maxLength: rows * columns,
        })
        .map((values) => Float32Array.from(values, (value) => (Math.abs(value) < 1e-30 ? 0 : value))),
    }),
  );

test('a rounded weight is off by at most half a step', () => {
  fc.assert(
    fc.property(matrix, ({ rows, columns, data }) => {
      const perColumn = quantizeColumns(data, rows, columns);
      const perRow = quantizeRows(data, rows, columns);
      data.forEach((value, index) => {
        const check = (quantized: number, scale: number) =>
          assert.ok(
            Math.abs(quantized * scale - value) <= scale * 0.50001,
            `${quantized} * ${scale} for ${value}`,
          );
        check(perColumn.values[index], perColumn.scales[index % columns]);
        check(perRow.values[index], perRow.scales[Math.floor(index / columns)]);
      });
    }),
    { seed: 1 },
  );
});

test('adjacent weights of a column never overflow a 16-bit sum of products with bytes', () => {
  fc.assert(
    fc.property(matrix, ({ rows, columns, data }) => {
      const { values } = quantizeColumns(data, rows, columns);
      for (let row = 0; row + 1 < rows; row += 2) {
        for (let column = 0; column < columns; column++) {
          const pair = [values[row * columns + column], values[(row + 1) * columns + column]];
          const highest = 255 * pair.reduce((sum, weight) => sum + Math.max(weight, 0), 0);
          const lowest = 255 * pair.reduce((sum, weight) => sum + Math.min(weight, 0), 0);
          assert.ok(highest <= 32_767 && lowest >= -32_768, `${pair}`);
        }
      }
    }),
    { seed: 1 },
  );
});

test('the integer product of ONNX Runtime is exact on this processor, also for the worst activations', async () => {
  const [rows, columns] = [64, 32];
  const random = createRandom(5);
  const data = Float32Array.from({ length: rows * columns }, () => random.next() - 0.3); // mostly of one sign
  const { values } = quantizeColumns(data, rows, columns);
  const activations = new Uint8Array(rows).fill(255);
  const { UINT8, INT32 } = onnx.TensorProto.DataType;
  const described = (name: string, elemType: number, shape: number[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
  });
  const model = onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'product',
      node: [operatorNode('MatMulInteger', ['bytes', 'weights'], ['product'])],
      initializer: [constantTensor('weights', [rows, columns], values)],
      input: [described('bytes', UINT8, [1, rows])],
      output: [described('product', INT32, [1, columns])],
    },
  });
  const session = await InferenceSession.create(onnx.ModelProto.encode(model).finish());
  const { product } = await session.run({ bytes: new Tensor('uint8', activations, [1, rows]) });
  const exact = new Int32Array(columns);
  values.forEach((weight, index) => {
    exact[index % columns] += 255 * weight;
  });
  assert.deepEqual(product.data, exact);
});

test('a column and a row of zeros stay zeros', () => {
  const data = Float32Array.of(0, 1, 0, -2);
  assert.deepEqual([...quantizeColumns(data, 2, 2).values], [0, 64, 0, -127]);
  assert.deepEqual([...quantizeRows(new Float32Array(4), 2, 2).values], [0, 0, 0, 0]);
});
