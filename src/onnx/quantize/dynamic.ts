import { onnx } from 'onnx-proto';
import { constantTensor, contribNode, operatorNode } from '../graph';
import { type Constants, largeMatrix, rewriteNodes } from '../rewrite';
import type { Int8Choices } from './choices';
import { type Int8Matrix, quantizeColumns, quantizeRows, quantizeTable, quantizeTensor } from './int8';

/**
 * Dynamic 8-bit quantization: weights become integers now, activations at run time, with a scale and zero point per call (Jacob et
 * al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", for the affine
 * scheme).
 *
 * A product with constant weights, `MatMul(x, W)`, becomes `Cast(MatMulInteger(DynamicQuantizeLinear(x), W8)) * (scale of x *
 * scales of W)`, the form that ONNX Runtime fuses into one kernel. A lookup, `Gather(table, ids)`, reads a row of integers and that
 * row's scale. Everything else (attention scores, LayerNorm, softmax, GELU, a head of few outputs) stays in floating point, fused or
 * not. A fused graph's `Attention` becomes `QAttention`.
 *
 * The range covers the whole batch, including padding, so a text's logits depend, within the quantization error, on the rest of its
 * batch; one at a time they do not (inference/session.ts).
 */
export function quantizeModel(model: onnx.ModelProto, choices: Int8Choices = {}): onnx.ModelProto {
  const quantizedInputs = new Set<string>();
  return rewriteNodes(model, (node, constants) => {
    if (node.opType === 'Gather') return int8Lookup(node, constants, choices);
    if (node.opType !== 'MatMul' && node.opType !== 'Attention') return undefined;
    const [input, weight, bias, mask] = node.input!;
    const matrix = int8Weights(weight, constants, choices);
    if (!matrix) return undefined;
    const [values, scale, zero] = ['int8', 'scale', 'zero'].map((part) => `${input}/${part}`);
    const name = node.output![0];
    const nodes: onnx.INodeProto[] = [];
    // Query, key and value share one.
    if (!quantizedInputs.has(input)) {
      quantizedInputs.add(input);
      nodes.push(operatorNode('DynamicQuantizeLinear', [input], [values, scale, zero]));
    }
    if (node.opType === 'Attention') {
      const inputs = [values, matrix.values, bias, scale, matrix.scales, mask, zero];
      return [...nodes, { ...contribNode('QAttention', inputs, [name]), attribute: node.attribute }];
    }
    return [
      ...nodes,
      operatorNode('MatMulInteger', [values, matrix.values, zero], [`${name}/integers`]),
      operatorNode('Cast', [`${name}/integers`], [`${name}/floats`], { to: onnx.TensorProto.DataType.FLOAT }),
      operatorNode('Mul', [scale, matrix.scales], [`${name}/scale`]),
      operatorNode('Mul', [`${name}/floats`, `${name}/scale`], [name]),
    ];
  });
}

/** Names of the integers [inputs, outputs] and scales ([outputs], or [1] per tensor) of a linear layer's weights. */
export function int8Weights(name: string, constants: Constants, { perTensor, keep = [] }: Int8Choices) {
  if (keep.some((part) => name.includes(part))) return undefined;
  return storeInt8(name, constants, perTensor ? quantizeTensor : quantizeColumns, ({ length }) => [length]);
}

/** A lookup in a table of integers: `Gather(table, ids)` times the rows' scales. */
export function int8Lookup(
  node: onnx.INodeProto,
  constants: Constants,
  { perTensor, keepEmbeddings, keep = [] }: Int8Choices,
): onnx.INodeProto[] | undefined {
  const [table, ids] = node.input!;
  if (keepEmbeddings || keep.some((part) => table.includes(part))) return undefined;
  const matrix = perTensor
    ? storeInt8(table, constants, quantizeTable, () => [1])
    : storeInt8(table, constants, quantizeRows, ({ length }) => [length, 1]);
  if (!matrix) return undefined;
  const name = node.output![0];
  const nodes = [
    operatorNode('Gather', [matrix.values, ids], [`${name}/integers`]),
    operatorNode('Cast', [`${name}/integers`], [`${name}/floats`], { to: onnx.TensorProto.DataType.FLOAT }),
  ];
  if (perTensor) return [...nodes, operatorNode('Mul', [`${name}/floats`, matrix.scales], [name])];
  return [
    ...nodes,
    operatorNode('Gather', [matrix.scales, ids], [`${name}/scale`]),
    operatorNode('Mul', [`${name}/floats`, `${name}/scale`], [name]),
  ];
}

/** Stores the constant's integers and scales under new names; returns undefined if it stays in floating point. */
function storeInt8(
  name: string,
  constants: Constants,
  quantize: (data: Float32Array, rows: number, columns: number) => Int8Matrix,
  shapeOf: (scales: Float32Array) => number[],
): { values: string; scales: string } | undefined {
  const values = `${name}/int8`;
  const scales = `${name}/scales`;
  if (!constants.has(values)) {
    const matrix = largeMatrix(constants, name);
    if (!matrix) return undefined;
    const { rows, columns } = matrix;
    const integers = quantize(matrix.data, rows, columns);
    constants.set(values, constantTensor(values, [rows, columns], integers.values));
    constants.set(scales, constantTensor(scales, shapeOf(integers.scales), integers.scales));
  }
  return { values, scales };
}
