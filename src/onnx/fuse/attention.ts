import type { onnx } from 'onnx-proto';
import { MASKED_SCORE } from '../encoder-graph';
import { contribNode, operatorNode } from '../graph';
import type { GraphView } from './graph-view';

const INT32 = 6; // onnx.TensorProto.DataType.INT32

/** The attention mask for `Attention`, created once for all layers: int32 [batch, length]. */
const MASK = 'mask/int32';

/**
 * Fuses multi-head attention (Vaswani et al. 2017), from the products for query, key and value to the concatenated heads, into
 * `Attention`: one product for all three and no transposed copies. The output projection remains a MatMul. A layer keeps the number
 * and size of its heads.
 *
 * Returns the number of layers fused.
 */
export function fuseAttention(view: GraphView): number {
  let masked: string | undefined;
  let found = 0;
  for (const softmax of view.all('Softmax')) {
    const pattern = attentionAround(view, softmax);
    if (!pattern || (masked !== undefined && pattern.mask !== masked)) continue;
    const { last, input, projections, heads, mask } = pattern;
    const name = last.output![0];
    const hidden = projections[0].weight.length / projections[0].bias.length;
    const columns = projections.reduce((sum, { bias }) => sum + bias.length, 0);
    const weight = view.addConstant(`${name}/projection.weight`, [hidden, columns], sideBySide(projections));
    const bias = view.addConstant(`${name}/projection.bias`, [columns], joined(projections));
    const cast = operatorNode('Cast', [mask], [MASK], { to: INT32 });
    view.replace(
      last,
      ...(masked === undefined ? [cast] : []),
      contribNode('Attention', [input, weight, bias, MASK], [name], { num_heads: heads }),
    );
    masked = mask;
    found++;
  }
  return found;
}

/** Returns whether something besides the mask is added to the scaled scores, as in MPNet. */
export const hasPositionBias = (view: GraphView): boolean =>
  view.all('Softmax').some((softmax) => {
    const masked = view.only('Add', softmax.input?.[0]);
    const biased = view.only('Add', masked?.input?.[0]);
    return view.only('Div', biased?.input?.[0]) !== undefined;
  });

/** x W + b of query, key or value. */
interface Projection {
  weight: Float32Array; // [hidden, width]
  bias: Float32Array; // [width]
}

interface AttentionPattern {
  /** The node that produces the concatenated heads. */
  last: onnx.INodeProto;
  input: string;
  /** Of query, key and value. */
  projections: Projection[];
  heads: number;
  mask: string;
}

function attentionAround(view: GraphView, softmax: onnx.INodeProto): AttentionPattern | undefined {
  const scores = view.only('Add', softmax.input?.[0]);
  const scaled = view.only('Div', scores?.input?.[0]);
  const products = view.only('MatMul', scaled?.input?.[0]);
  const mask = paddingMask(view, scores?.input?.[1]);
  const context = view.reader('MatMul', softmax.output?.[0]);
  const together = view.reader('Transpose', context?.output?.[0]);
  const last = view.reader('Reshape', together?.output?.[0]);
  const query = splitProjection(view, products?.input?.[0], [0, 2, 1, 3]);
  const key = splitProjection(view, products?.input?.[1], [0, 2, 3, 1]);
  const value = splitProjection(view, context?.input?.[1], [0, 2, 1, 3]);
  if (!last || mask === undefined || !query || !key || !value) return undefined;
  const { input, heads } = query;
  const alike = [key, value].every(
    (other) => other.input === input && other.heads === heads && other.bias.length === query.bias.length,
  );
  const scale = view.scalar(scaled?.input?.[1]) ?? Number.NaN;
  const usual = Math.abs(scale - Math.sqrt(query.bias.length / heads)) < 1e-5 * scale; // the operator divides by this
  if (!alike || !usual || !isPermutation(together, [0, 2, 1, 3])) return undefined;
  return { last, input, projections: [query, key, value], heads, mask };
}

/** Transpose(Reshape(x W + b, [0, 0, heads, head size])). */
function splitProjection(
  view: GraphView,
  value: string | undefined,
  order: readonly number[],
): (Projection & { input: string; heads: number }) | undefined {
  const transpose = view.only('Transpose', value);
  const apart = view.only('Reshape', transpose?.input?.[0]);
  const sum = view.only('Add', apart?.input?.[0]);
  const product = view.only('MatMul', sum?.input?.[0]);
  const bias = view.floats(sum?.input?.[1]);
  const weight = view.floats(product?.input?.[1]);
  const shape = view.integers(apart?.input?.[1]);
  if (!product || !bias || !weight || shape?.length !== 4 || !isPermutation(transpose, order))
    return undefined;
  return { input: product.input![0], weight, bias, heads: shape[2] };
}

/** Returns the int64 mask behind (1 - mask) * MASKED_SCORE, broadcast over heads and queries. */
function paddingMask(view: GraphView, value: string | undefined): string | undefined {
  const additive = view.any('Mul', value); // read by all layers
  const dropped = view.only('Sub', additive?.input?.[0]);
  const kept = view.only('Cast', dropped?.input?.[1]);
  const spread = view.only('Unsqueeze', kept?.input?.[0]);
  const usual = view.scalar(dropped?.input?.[0]) === 1 && view.scalar(additive?.input?.[1]) === MASKED_SCORE;
  return usual ? spread?.input?.[0] : undefined;
}

function isPermutation(node: onnx.INodeProto | undefined, order: readonly number[]): boolean {
  const permutation = node?.attribute?.find(({ name }) => name === 'perm')?.ints ?? [];
  return permutation.map(Number).join() === order.join();
}

/** Concatenates matrices with equal numbers of rows, [hidden, width of all]. */
function sideBySide(projections: readonly Projection[]): Float32Array {
  const columns = projections.reduce((sum, { bias }) => sum + bias.length, 0);
  const rows = projections[0].weight.length / projections[0].bias.length;
  const result = new Float32Array(rows * columns);
  let first = 0;
  for (const { weight, bias } of projections) {
    const width = bias.length;
    for (let row = 0; row < rows; row++) {
      result.set(weight.subarray(row * width, (row + 1) * width), row * columns + first);
    }
    first += width;
  }
  return result;
}

function joined(projections: readonly Projection[]): Float32Array {
  return Float32Array.from(projections.flatMap(({ bias }) => [...bias]));
}
