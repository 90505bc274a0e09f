import { usesGpu } from './backend';
import {
  attribute,
  BFLOAT16,
  BOOL,
  type DeviceTensor,
  FLOAT32,
  INT32,
  integer,
  integers,
  run,
  runForSeveral,
  scalar,
  UINT8,
  upload,
} from './device';
import * as fused from './fused';

/**
 * TensorFlow kernels under their mathematical names, for 32-bit floats unless stated otherwise. No gradients: those are in
 * `operations/`. Binary kernels broadcast.
 */

const T = [attribute('T', 'type', FLOAT32)];

/** A number is a scalar tensor. */
export type Operand = DeviceTensor | number;
const tensorOf = (operand: Operand): DeviceTensor =>
  typeof operand === 'number' ? scalar(operand) : operand;

const unary =
  (name: string) =>
  (x: DeviceTensor): DeviceTensor =>
    run(name, T, x);
const binary =
  (name: string) =>
  (left: Operand, right: Operand): DeviceTensor =>
    run(name, T, tensorOf(left), tensorOf(right));

export const add = binary('AddV2');
export const subtract = binary('Sub');
export const multiply = binary('Mul');

export const negative = unary('Neg');
export const absolute = unary('Abs');
export const square = unary('Square');
export const inverseSquareRoot = unary('Rsqrt');
export const exponential = unary('Exp');
export const logOnePlus = unary('Log1p');
export const errorFunction = unary('Erf');
export const sigmoid = unary('Sigmoid');
export const tanh = unary('Tanh');
export const relu = unary('Relu');
/** Over the last axis. */
export const softmax = unary('Softmax');
export const logSoftmax = unary('LogSoftmax');
/** Half the sum of squares. */
export const halfSquaredNorm = unary('L2Loss');

/** dy (1 - y²), where y is the result of tanh. */
export const tanhGradient = binary('TanhGrad');
/** dy where x > 0. */
export const reluGradient = (dy: DeviceTensor, x: DeviceTensor): DeviceTensor => run('ReluGrad', T, dy, x);

export interface ProductOptions {
  transposeLeft?: boolean;
  transposeRight?: boolean;
}

/** Attributes of products by type and transpositions, cached. */
function productAttributes(left: string, right: string) {
  const made = [FLOAT32, BFLOAT16].map((type) =>
    [false, true].map((transposeLeft) =>
      [false, true].map((transposeRight) => [
        attribute(left, 'bool', transposeLeft),
        attribute(right, 'bool', transposeRight),
        attribute('T', 'type', type),
      ]),
    ),
  );
  return (type: number, { transposeLeft = false, transposeRight = false }: ProductOptions) =>
    made[type === FLOAT32 ? 0 : 1][Number(transposeLeft)][Number(transposeRight)];
}

const plainProduct = productAttributes('transpose_a', 'transpose_b');
const batchedProduct = productAttributes('adj_x', 'adj_y');

/** Product of two matrices, both 32-bit floats or both bfloat16. The result is always 32-bit floats. */
export const matMul = (left: DeviceTensor, right: DeviceTensor, options: ProductOptions = {}): DeviceTensor =>
  widen(run('MatMul', plainProduct(left.type, options), left, right));

/** Products of the matrices in the last two axes, otherwise like `matMul`. */
export const batchMatMul = (
  left: DeviceTensor,
  right: DeviceTensor,
  options: ProductOptions = {},
): DeviceTensor => widen(run('BatchMatMulV2', batchedProduct(left.type, options), left, right));

const NARROWING = [attribute('SrcT', 'type', FLOAT32), attribute('DstT', 'type', BFLOAT16)];
const WIDENING = [attribute('SrcT', 'type', BFLOAT16), attribute('DstT', 'type', FLOAT32)];
/** 32-bit floats to bfloat16. */
export const narrow = (x: DeviceTensor): DeviceTensor => run('Cast', NARROWING, x);
/** bfloat16 to 32-bit floats; 32-bit floats are unchanged. */
const widen = (x: DeviceTensor): DeviceTensor => (x.type === FLOAT32 ? x : run('Cast', WIDENING, x));

const BIAS = [...T, attribute('data_format', 'string', 'NHWC')];

/** x + b, b along the last axis. */
export const addBias = (x: DeviceTensor, bias: DeviceTensor): DeviceTensor => run('BiasAdd', BIAS, x, bias);
/** Sum over all axes except the last. */
export const sumRows = (x: DeviceTensor): DeviceTensor => run('BiasAddGrad', BIAS, x);

const REDUCTION = [true, false].map((keep) => [
  ...T,
  attribute('Tidx', 'type', INT32),
  attribute('keep_dims', 'bool', keep),
]);
const [KEEP, DROP] = REDUCTION;

/** Means over the last axis, which is kept with extent 1. */
export const meanOfLast = (x: DeviceTensor): DeviceTensor =>
  run('Mean', KEEP, x, integers(x.shape.length - 1));
/** Euclidean norms over the last axis, which is kept with extent 1. */
export const normOfLast = (x: DeviceTensor): DeviceTensor =>
  run('EuclideanNorm', KEEP, x, integers(x.shape.length - 1));
/** Sums over the last axis, which is kept with extent 1. */
export const sumOfLast = (x: DeviceTensor): DeviceTensor => run('Sum', KEEP, x, integers(x.shape.length - 1));
/** Sums over the first axis, which is removed. */
export const sumOfFirst = (x: DeviceTensor): DeviceTensor => run('Sum', DROP, x, integers(0));
/** Sum of all numbers, a scalar. */
export const sumOfAll = (x: DeviceTensor): DeviceTensor => run('Sum', DROP, x, integers(...x.shape.keys()));

const RESHAPE = [...T, attribute('Tshape', 'type', INT32)];
export const reshape = (x: DeviceTensor, ...shape: number[]): DeviceTensor =>
  run('Reshape', RESHAPE, x, integers(...shape));

const TRANSPOSE = [...T, attribute('Tperm', 'type', INT32)];
export const transpose = (x: DeviceTensor, ...permutation: number[]): DeviceTensor =>
  run('Transpose', TRANSPOSE, x, integers(...permutation));

/** Stacks tensors of equal shape along a new first axis. */
export const stack = (parts: readonly DeviceTensor[]): DeviceTensor =>
  run('Pack', [attribute('N', 'int', parts.length), attribute('axis', 'int', 0), ...T], ...parts);
/** Splits along the first axis, which is removed; the parts share the stack's memory. */
export const unstack = (x: DeviceTensor): DeviceTensor[] =>
  runForSeveral(
    'Unpack',
    [attribute('num', 'int', x.shape[0]), attribute('axis', 'int', 0), ...T],
    [x],
    x.shape[0],
  );

/** Along the first axis. */
export const concatenate = (parts: readonly DeviceTensor[]): DeviceTensor =>
  run(
    'ConcatV2',
    [attribute('N', 'int', parts.length), attribute('Tidx', 'type', INT32), ...T],
    ...parts,
    integer(0),
  );
/** Splits into equal parts along the first axis; they share memory if it is aligned. */
export const split = (x: DeviceTensor, parts: number): DeviceTensor[] =>
  runForSeveral('Split', [attribute('num_split', 'int', parts), ...T], [integer(0), x], parts);

const GATHER = [
  attribute('Tparams', 'type', FLOAT32),
  attribute('Tindices', 'type', INT32),
  attribute('Taxis', 'type', INT32),
];
/** Selects rows of a table by index // table [rows, width], indices [count] -> [count, width] */
export const gather = (table: DeviceTensor, indices: DeviceTensor): DeviceTensor =>
  run('GatherV2', GATHER, table, indices, integer(0));

const SEGMENTS = [...T, attribute('Tindices', 'type', INT32), attribute('Tnumsegments', 'type', INT32)];
/**
 * Adds row i of `values` to row indices[i] of zeros // values [count, width] -> [rows, width]
 *
 * @param own with our kernel, for processors only
 */
export const scatterAdd = (
  values: DeviceTensor,
  indices: DeviceTensor,
  rows: number,
  own = !usesGpu(),
): DeviceTensor =>
  own
    ? fused.scatterAdd(values, indices, rows)
    : run('UnsortedSegmentSum', SEGMENTS, values, indices, integer(rows));

/** Sum of several tensors of one shape. */
export function sumOf(tensors: readonly DeviceTensor[]): DeviceTensor {
  return run('AddN', [attribute('N', 'int', tensors.length), ...T], ...tensors);
}

const BYTES = [attribute('T', 'type', UINT8)];
const INTEGER_TO_BYTE = [attribute('SrcT', 'type', INT32), attribute('DstT', 'type', UINT8)];
const BOOLS_TO_FLOATS = [attribute('SrcT', 'type', BOOL), attribute('DstT', 'type', FLOAT32)];
/** 1 where a byte is at least `threshold`, else 0, as floats of the same shape. */
export function atLeast(bytes: DeviceTensor, threshold: number): DeviceTensor {
  const reached = run('GreaterEqual', BYTES, bytes, run('Cast', INTEGER_TO_BYTE, integer(threshold)));
  return run('Cast', BOOLS_TO_FLOATS, reached);
}

const JOIN = [attribute('N', 'int', 2), ...T, attribute('Tidx', 'type', INT32)];
/** Two matrices side by side // [rows, a], [rows, b] -> [rows, a + b] */
export const joinColumns = (left: DeviceTensor, right: DeviceTensor): DeviceTensor =>
  run('ConcatV2', JOIN, left, right, integer(1));

const SLICE = [...T, attribute('Index', 'type', INT32)];
/** The first columns of a matrix // [rows, width] -> [rows, count] */
export const firstColumns = (x: DeviceTensor, count: number): DeviceTensor =>
  run('Slice', SLICE, x, integers(0, 0), integers(x.shape[0], count));
/** Returns a block of a tensor. A block of whole rows shares the tensor's memory if aligned (to a multiple of 64 bytes). */
export const slice = (
  x: DeviceTensor,
  begin: readonly number[],
  extents: readonly number[],
): DeviceTensor => {
  const [from, size] = [begin, extents].map((list) => upload(Int32Array.from(list), [list.length]));
  return run('Slice', SLICE, x, from, size);
};

const EIGEN = [...T, attribute('compute_v', 'bool', true)];
/** For a symmetric matrix [n, n]: eigenvalues, ascending [n], and the eigenvectors as columns [n, n]. */
export const eigenvectors = (x: DeviceTensor): DeviceTensor[] =>
  runForSeveral('SelfAdjointEigV2', EIGEN, [x], 2);

const ONE_HOT = [...T, attribute('TI', 'type', INT32), attribute('axis', 'int', -1)];
/** Rows with a 1 at the given index and zeros elsewhere // indices int32 [count] -> [count, width] */
export const oneHot = (indices: DeviceTensor, width: number): DeviceTensor =>
  run('OneHot', ONE_HOT, indices, integer(width), scalar(1), scalar(0));
