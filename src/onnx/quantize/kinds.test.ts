import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { onnx } from 'onnx-proto';
import { projectRoot } from '../../foundation';
import { copyTinyBert, largestDifference, tinyBertExample } from '../../nn/tiny-bert.fixture';
import { exportToOnnx } from '../export';
import { runOnnx } from '../run.fixture';
import { addToHistogram, CALIBRATION_METHODS, chooseRange, emptyHistogram } from './calibration';
import { packBlocks } from './four-bit';
import { toHalves } from './half';
import { quantizeColumns, quantizeTensor } from './int8';
import { QUANTIZATIONS, quantizeFolder, quantizeFolderStatically } from './quantize';

/** Results of onnxruntime.quantization and NumPy for the same numbers: see fixtures/make_quantized.py. */
const python: {
  weights: { shape: [number, number]; data: number[] };
  fourBits: { bytes: number[]; scales: number[] };
  dynamicErrors: Record<'tensor7' | 'tensor8' | 'column7' | 'column8', number>;
  activations: Record<
    string,
    { values: number[]; ranges: Record<'min-max' | 'entropy' | 'percentile', [number, number]> }
  >;
  halves: { floats: number[]; bits: number[] };
} = JSON.parse(readFileSync(join(projectRoot, 'src', 'compression', 'fixtures', 'quantized.json'), 'utf8'));

test('four-bit weights and scales equal those of onnxruntime.quantization', () => {
  const { shape, data } = python.weights;
  const { bytes, scales } = packBlocks(Float32Array.from(data), ...shape);
  // Two weights per byte; the padding of the second block, beyond the 40 inputs, is never read.
  const real = (all: Iterable<number>) => [...all].filter((_, index) => index % 32 < shape[0] / 2);
  assert.deepEqual(real(bytes), real(python.fourBits.bytes));
  assert.deepEqual([...scales], [...Float32Array.from(python.fourBits.scales)]);
});

test('halves equal those of NumPy, including subnormal numbers, ties and the largest', () => {
  const floats = new Float32Array(Uint32Array.from(python.halves.floats).buffer);
  assert.deepEqual([...toHalves(floats)], python.halves.bits);
});

test("int8 weights have no larger errors than onnxruntime.quantization's seven bits, by column and overall", () => {
  const { shape, data } = python.weights;
  const [, columns] = shape;
  const weights = Float32Array.from(data);
  const errorOf = ({ values, scales }: ReturnType<typeof quantizeTensor>) => {
    const squares = weights.map((value, index) => {
      const scale = scales[scales.length === 1 ? 0 : index % columns];
      return (values[index] * scale - value) ** 2;
    });
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / weights.length);
  };
  const byColumn = errorOf(quantizeColumns(weights, ...shape));
  const asOne = errorOf(quantizeTensor(weights, ...shape));
  assert.ok(byColumn < python.dynamicErrors.column7, `${byColumn}`);
  assert.ok(asOne < python.dynamicErrors.tensor7, `${asOne}`);
  assert.ok(byColumn < asOne);
});

test('ranges of activations equal those of onnxruntime.quantization, within a bin', () => {
  for (const [name, { values, ranges }] of Object.entries(python.activations)) {
    const numbers = Float32Array.from(values);
    const [minimum, maximum] = [Math.min(...numbers), Math.max(...numbers)];
    const histogram = emptyHistogram({ minimum, maximum });
    addToHistogram(histogram, numbers);
    assert.equal(
      histogram.counts.reduce((sum, count) => sum + count),
      values.length,
    );
    const bin = (2 * Math.max(-minimum, maximum)) / histogram.counts.length;
    for (const method of CALIBRATION_METHODS) {
      const found = chooseRange(histogram, method);
      const [low, high] = ranges[method];
      assert.ok(
        Math.abs(found.minimum - low) <= 1.01 * bin,
        `${name} ${method}: ${found.minimum} for ${low}`,
      );
      assert.ok(
        Math.abs(found.maximum - high) <= 1.01 * bin,
        `${name} ${method}: ${found.maximum} for ${high}`,
      );
    }
  }
});

/** Sentences that contain the tokens of the example; values beyond the calibrated range would be clipped. */
const TEXTS = ['T cells carry p.V600E (liver, 7-fold).', 'the b-cell grows', 'HeLa cells of the liver'];

test('every kind runs, stays close to the logits of Hugging Face, and makes the file smaller', async (t) => {
  const folder = copyTinyBert(t);
  const bytesOf = (tensors: onnx.ITensorProto[]) =>
    tensors.reduce((sum, { rawData }) => sum + rawData!.length, 0);
  const exported = onnx.ModelProto.decode(readFileSync(exportToOnnx(folder)));
  const full = bytesOf(exported.graph!.initializer!);
  const example = tinyBertExample();
  const expected = example.logits.flat(2);
  const spread = Math.max(...expected) - Math.min(...expected);
  const check = async (name: string, path: string, closest: number, farthest: number) => {
    const logits = await runOnnx(path, example);
    const difference = largestDifference(logits, expected) / spread;
    assert.ok(difference > closest && difference < farthest, `${name}: ${difference} of the spread`);
    logits.forEach((logit, index) => {
      if (index % 9 === 0) assert.equal(logit, 0);
    });
    const weights = onnx.ModelProto.decode(readFileSync(path)).graph!.initializer!;
    assert.ok(bytesOf(weights) < full, `${name}: ${bytesOf(weights)} bytes of ${full}`);
  };
  for (const kind of QUANTIZATIONS) {
    const [closest, farthest] = { dynamic: [1e-4, 0.05], '4-bit': [1e-3, 0.5], fp16: [1e-6, 2e-3] }[kind];
    await check(kind, quantizeFolder(folder, undefined, { kind }), closest, farthest);
  }
  for (const choices of [{ perTensor: true }, { keepEmbeddings: true }]) {
    await check(Object.keys(choices).join(), quantizeFolder(folder, undefined, choices), 1e-4, 0.1);
  }
  for (const method of CALIBRATION_METHODS) {
    const perTensor = method === 'min-max';
    const path = await quantizeFolderStatically(folder, folder, { texts: TEXTS, method, perTensor });
    await check(method, path, 1e-4, 0.5);
  }
});

test('a static file fixes the ranges: a text has the same logits alone and in a batch', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const path = await quantizeFolderStatically(folder, folder, { texts: TEXTS, method: 'min-max' });
  const together = tinyBertExample();
  const alone = {
    input_ids: together.input_ids.slice(0, 1),
    attention_mask: together.attention_mask.slice(0, 1),
    token_type_ids: together.token_type_ids.slice(0, 1),
    logits: [],
  };
  const logits = await runOnnx(path, alone);
  const both = await runOnnx(path, together);
  assert.ok(largestDifference(logits, both.subarray(0, logits.length)) < 1e-5);
  const { graph } = onnx.ModelProto.decode(readFileSync(path));
  const count = (operator: string) => graph!.node!.filter(({ opType }) => opType === operator).length;
  assert.deepEqual(
    [count('QuantizeLinear'), count('DequantizeLinear')],
    [2 * 4, 2 * 2 * 6], // query, key and value share a range
  );
});
