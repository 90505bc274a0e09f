import { onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { InputError } from '../../foundation';
import type { Tensor as Matrix } from '../../nn';
import { CONTRIB_DOMAIN, GraphWriter, withContribDomain } from '../graph';
import { type AffineCode, decodeAffine, encodeAffine } from './affine';
import { quantizeTensor } from './int8';

/** ONNX Runtime's own 8-bit integers of some numbers: its operator QuantizeLinear. */
export async function encodeWithOnnxRuntime(
  { shape, data }: Matrix,
  { scale, zero }: AffineCode,
): Promise<Int8Array> {
  const graph = new GraphWriter();
  const inputs = [
    graph.input('numbers', shape, 'float32'),
    graph.scalar(Math.fround(scale)),
    graph.constant('zero', [], Int8Array.of(zero)),
  ];
  graph.output(graph.run('QuantizeLinear', 'integers', inputs), shape, 'int8');
  const session = await open(graph.finish('quantize'));
  try {
    const { integers } = await session.run({ numbers: new Tensor('float32', data, shape) });
    return integers.data as Int8Array;
  } finally {
    await session.release();
  }
}

/** Time and result of one operation in floats and in 8-bit integers. */
export interface ComparedOperation {
  operation: 'matrix product' | 'element-wise product';
  /** Mean milliseconds of a call. */
  floatMs: number;
  int8Ms: number;
  runs: number;
  /** Largest difference of the integer result, rescaled, from the one in floats of the same decoded numbers, relative to the largest of that. */
  difference: number;
}

/**
 * Times products of a square matrix with itself on ONNX Runtime's CPU with one thread: as floats, and as 8-bit integers (sums in 32 bits;
 * element by element, rescaled to 8 bits). Both sides of a row are the same operation on the same numbers, those that the integers stand for; the
 * two rows are not comparable. In the matrix product the second factor has the integers that a quantized model would have, with which the sums are
 * exact on every processor (see `quantizeColumns`).
 *
 * @throws InputError if the matrix is not square
 */
export async function compareProducts(
  { shape, data }: Matrix,
  code: AffineCode,
  { runs }: { runs: number },
): Promise<ComparedOperation[]> {
  const [rows, columns] = shape;
  if (rows !== columns)
    throw new InputError(`a matrix of ${rows} x ${columns} has no product with itself; give a square one`);
  const integers = encodeAffine(data, code);
  const decoded = decodeAffine(integers, code);
  const floats = new Tensor('float32', decoded, shape);
  const whole = new Tensor('int8', integers, shape);
  // Unsigned activations with signed weights, as in a quantized model: the form for which processors have an instruction.
  const shifted = new Tensor(
    'uint8',
    Uint8Array.from(integers, (value) => value + 128),
    shape,
  );
  const { values, scales } = quantizeTensor(data, rows, columns);
  const weights: AffineCode = { scale: scales[0], zero: 0 };
  const ofWeights = productOfFloats('MatMul', shape, decodeAffine(values, weights));
  const products = await timed(ofWeights, floats, runs);
  const integerProducts = await timed(productOfIntegers(shape, values, code.zero), shifted, runs);
  const squares = await timed(productOfFloats('Mul', shape, decoded), floats, runs);
  const output = { scale: largestOf(squares.result) / 127 || 1, zero: 0 };
  const integerSquares = await timed(elementsOfIntegers(shape, integers, code, output), whole, runs);
  return [
    {
      operation: 'matrix product',
      ...{ floatMs: products.milliseconds, int8Ms: integerProducts.milliseconds, runs },
      difference: largestDifference(products.result, integerProducts.result, code.scale * weights.scale),
    },
    {
      operation: 'element-wise product',
      ...{ floatMs: squares.milliseconds, int8Ms: integerSquares.milliseconds, runs },
      difference: largestDifference(squares.result, integerSquares.result, output.scale),
    },
  ];
}

function productOfFloats(operator: 'MatMul' | 'Mul', shape: number[], data: Float32Array): onnx.ModelProto {
  const graph = new GraphWriter();
  const inputs = [graph.input('given', shape, 'float32'), graph.constant('weights', shape, data)];
  graph.output(graph.run(operator, 'result', inputs), shape, 'float32');
  return graph.finish(operator);
}

/** @param zero the first factor's; the second one's is 0 */
function productOfIntegers(shape: number[], weights: Int8Array, zero: number): onnx.ModelProto {
  const graph = new GraphWriter();
  const inputs = [
    graph.input('given', shape, 'uint8'),
    graph.constant('weights', shape, weights),
    graph.constant('zero of given', [], Uint8Array.of(zero + 128)),
    graph.constant('zero of weights', [], Int8Array.of(0)),
  ];
  graph.output(graph.run('MatMulInteger', 'result', inputs), shape, 'int32');
  return graph.finish('MatMulInteger');
}

/** ONNX has no product of 8-bit elements; ONNX Runtime adds one that scales its result to 8 bits. */
function elementsOfIntegers(
  shape: number[],
  data: Int8Array,
  { scale, zero }: AffineCode,
  output: AffineCode,
): onnx.ModelProto {
  const graph = new GraphWriter();
  const [step, zeroPoint] = [
    graph.scalar(Math.fround(scale)),
    graph.constant('zero', [], Int8Array.of(zero)),
  ];
  const weights = graph.constant('weights', shape, data);
  const ofOutput = [
    graph.scalar(Math.fround(output.scale)),
    graph.constant('output zero', [], Int8Array.of(output.zero)),
  ];
  const inputs = [
    graph.input('given', shape, 'int8'),
    step,
    zeroPoint,
    weights,
    step,
    zeroPoint,
    ...ofOutput,
  ];
  graph.output(graph.run('QLinearMul', 'result', inputs), shape, 'int8');
  const model = graph.finish('QLinearMul');
  for (const node of model.graph!.node!) node.domain = CONTRIB_DOMAIN;
  return withContribDomain(model);
}

type Numbers = Float32Array | Int32Array | Int8Array;

/** Mean time of a call after a tenth as many untimed ones. */
async function timed(
  model: onnx.ModelProto,
  given: Tensor,
  runs: number,
): Promise<{ milliseconds: number; result: Numbers }> {
  const session = await open(model);
  try {
    const call = async () => (await session.run({ given })).result;
    let result = await call();
    for (let untimed = 0; untimed < runs / 10; untimed++) result = await call();
    const start = performance.now();
    for (let run = 0; run < runs; run++) result = await call();
    return { milliseconds: (performance.now() - start) / runs, result: result.data as Numbers };
  } finally {
    await session.release();
  }
}

const open = (model: onnx.ModelProto): Promise<InferenceSession> =>
  InferenceSession.create(onnx.ModelProto.encode(model).finish(), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });

/** Relative to the largest of the floats. */
function largestDifference(floats: Numbers, integers: Numbers, scale: number): number {
  let difference = 0;
  for (let index = 0; index < floats.length; index++)
    difference = Math.max(difference, Math.abs(floats[index] - scale * integers[index]));
  return difference / (largestOf(floats) || 1);
}

function largestOf(numbers: Numbers): number {
  let largest = 0;
  for (const value of numbers) largest = Math.max(largest, Math.abs(value));
  return largest;
}
