import type { Rule } from './shape-rules';
import { countOf } from './tensor-check';
import { axisOf, broadcast, type Call, input, integer, shaped, Unclear, type Value } from './value';

/** A rule that also counts multiplications, and numbers in memory while the operator runs. */
type ProductRule = (call: Call) => { outputs: Value[]; multiplications: number; scratch?: number };

/** Matrix products, with broadcast stacks. @param right index of the right factor among the inputs */
const matrixProduct =
  (right: number): ProductRule =>
  (call) => {
    const swapped = (dims: number[], attribute: string) =>
      integer(call, attribute, 0) ? [...dims.slice(0, -2), ...dims.slice(-2).reverse()] : dims;
    const one = swapped(input(call, 0).dims, 'transA');
    const other = swapped(input(call, right).dims, 'transB');
    const [left, below] = [one.length === 1 ? [1, ...one] : one, other.length === 1 ? [...other, 1] : other];
    const inner = left.at(-1);
    if (inner === undefined || left.length < 2 || below.length < 2 || inner !== below.at(-2))
      throw new Unclear(`[${one}] cannot be multiplied with [${other}]`);
    const full = [...broadcast([left.slice(0, -2), below.slice(0, -2)]), left.at(-2)!, below.at(-1)!];
    const dims = full.filter(
      (_, axis) =>
        !(axis === full.length - 2 && one.length === 1) && !(axis === full.length - 1 && other.length === 1),
    );
    return { outputs: [shaped(dims)], multiplications: countOf(full) * inner };
  };

/** Products with weights packed in blocks of a few bits, whose extents are attributes. */
const packedProduct: ProductRule = (call) => {
  const { dims } = input(call, 0);
  const [inner, columns] = [integer(call, 'K', 0), integer(call, 'N', 0)];
  if (dims.at(-1) !== inner) throw new Unclear(`[${dims}] cannot be multiplied with ${inner} rows`);
  const outputs = [shaped([...dims.slice(0, -1), columns])];
  return { outputs, multiplications: countOf(outputs[0].dims) * inner };
};

/** @param ownWeights whether the operator also computes query, key and value */
const attention =
  (ownWeights: boolean): ProductRule =>
  (call) => {
    const { dims } = input(call, 0);
    const [batch = 1, length = 1, hidden = 1] = dims;
    const projected = ownWeights ? (input(call, 1).dims[1] ?? 0) : 3 * hidden;
    const sizes = call.node.integers.get('qkv_hidden_sizes');
    const width = sizes?.[2] ?? (ownWeights ? projected / 3 : (call.inputs[2]?.dims.at(-1) ?? hidden));
    const heads = integer(call, 'num_heads', 1);
    return {
      outputs: [shaped([batch, length, width]), ...call.node.outputs.slice(1).map(() => ({ dims: [0] }))],
      multiplications: batch * length * ((ownWeights ? hidden * projected : 0) + 2 * length * width),
      scratch: batch * length * (projected + 2 * heads * length),
    };
  };

export const STANDARD_PRODUCTS: Record<string, ProductRule> = {
  MatMul: matrixProduct(1),
  MatMulInteger: matrixProduct(1),
  QLinearMatMul: matrixProduct(3),
  Gemm: matrixProduct(1),
};

export const CONTRIB_PRODUCTS: Record<string, ProductRule> = {
  FusedMatMul: matrixProduct(1),
  FusedGemm: matrixProduct(1),
  MatMulIntegerToFloat: matrixProduct(1),
  DynamicQuantizeMatMul: matrixProduct(1),
  QGemm: matrixProduct(3),
  MatMulNBits: packedProduct,
  MatMulBnb4: packedProduct,
  Attention: attention(true),
  QAttention: attention(true),
  MultiHeadAttention: attention(false),
};

const same: Rule = (call) => [{ dims: input(call, 0).dims }];

/** Normalized sums; the sum itself is the fourth output. */
const skipNorm: Rule = (call) => call.node.outputs.map(() => ({ dims: input(call, 0).dims }));

/** Looks up, adds and normalizes words, positions and types. */
const embed: Rule = (call) => {
  const { dims } = input(call, 0);
  const hidden = input(call, 2).dims[1] ?? 0;
  return [shaped([...dims, hidden]), shaped([dims[0] ?? 0]), shaped([...dims, hidden])];
};

const added =
  (right: number): Rule =>
  (call) => [shaped(broadcast([input(call, 0).dims, input(call, right).dims]))];

/** Operators of ONNX Runtime that optimizers insert into exports (docs/ContribOperators.md in its repository). */
export const CONTRIB_RULES: Record<string, Rule> = {
  BiasGelu: same,
  FastGelu: same,
  Gelu: same,
  QuickGelu: same,
  QLinearSoftmax: same,
  QLinearSigmoid: same,
  SkipLayerNormalization: skipNorm,
  EmbedLayerNormalization: embed,
  QEmbedLayerNormalization: embed,
  QLinearAdd: added(3),
  QLinearMul: added(3),
  QuantizeLinear: same,
  DequantizeLinear: same,
  GatherBlockQuantized: (call) => {
    const [{ dims: data }, { dims: indices }] = [input(call, 0), input(call, 1)];
    const axis = axisOf(integer(call, 'gather_axis', 0), data.length);
    // Two numbers may share a byte.
    return [
      shaped([...data.slice(0, axis), ...indices, ...data.slice(axis + 1, -1), 2 * (data.at(-1) ?? 0)]),
    ];
  },
};
