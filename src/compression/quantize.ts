import { existsSync, readFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { InputError, writeFileAtomically } from '../foundation';
import { copyCompanions, onnxPath } from './folder';
import { constantTensor, operatorNode } from './graph';
import { type Int8Matrix, quantizeColumns, quantizeRows } from './int8';

/**
 * Matrices with an extent below this stay in floating point: the head (nine columns, of which `O` must stay exactly 0) and
 * the token types (two rows) are a few kilobytes.
 */
const SMALLEST_EXTENT = 16;

/** Operators whose presence shows that a file has been through a quantizer before. */
const INTEGER_OPERATORS = new Set([
  'DynamicQuantizeLinear',
  'QuantizeLinear',
  'DequantizeLinear',
  'MatMulInteger',
  'QLinearMatMul',
  'MatMulNBits',
]);

/**
 * Writes `onnx/model_quantized.onnx` from a model folder's `onnx/model.onnx`, and answers its path. Into another folder `out`
 * go the file and what is needed to run it.
 *
 * Throws InputError, and writes nothing, when there is no exported file, or it is damaged or already quantized.
 */
export function quantizeFolder(folder: string, out: string = folder): string {
  const source = onnxPath(folder, { quantized: false });
  if (!existsSync(source)) {
    throw new InputError(`${folder}: has no onnx/model.onnx to quantize; export the model to ONNX first`);
  }
  const quantized = quantizeModel(readOnnx(source), source);
  copyCompanions(folder, out);
  const path = onnxPath(out, { quantized: true });
  writeFileAtomically(path, onnx.ModelProto.encode(quantized).finish());
  return path;
}

function readOnnx(path: string): onnx.ModelProto {
  let model: onnx.ModelProto;
  try {
    model = onnx.ModelProto.decode(readFileSync(path));
  } catch (error) {
    throw new InputError(`${path}: not an ONNX file (${(error as Error).message}); export the model again`);
  }
  if (!model.graph?.node?.length) throw new InputError(`${path}: holds no graph; export the model again`);
  return model;
}

/**
 * Dynamic 8-bit quantization: weights become integers now, activations when the model runs, with a scale and zero point of
 * their own for each call (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-
 * Arithmetic-Only Inference", for the affine scheme).
 *
 * A product with constant weights, `MatMul(x, W)`, becomes
 * `Cast(MatMulInteger(DynamicQuantizeLinear(x), W8)) * (scale of x * scales of W)`, the spelling that ONNX Runtime fuses into
 * one kernel. A lookup, `Gather(table, ids)`, takes a row of integers and that row's scale. What is left (attention
 * scores, LayerNorm, softmax, GELU, the head) stays in floating point.
 *
 * One range is taken over the whole batch, padding included, so a text's logits depend, within the error of quantization, on
 * what it is batched with; one at a time it does not (inference/session.ts).
 */
export function quantizeModel(model: onnx.ModelProto, source: string): onnx.ModelProto {
  const graph = model.graph!;
  const nodes = graph.node ?? [];
  if (nodes.some((node) => INTEGER_OPERATORS.has(node.opType ?? ''))) {
    throw new InputError(`${source}: is already quantized; quantize the fp32 file that it was made from`);
  }
  const constants = new Map((graph.initializer ?? []).map((tensor) => [tensor.name!, tensor]));
  const written: onnx.INodeProto[] = [];
  const quantizedInputs = new Set<string>();

  /** The constant's integers and scales under names of their own; undefined where it stays in floating point. */
  function quantizeConstant(
    name: string,
    quantize: (data: Float32Array, rows: number, columns: number) => Int8Matrix,
  ): { values: string; scales: string } | undefined {
    const values = `${name}/int8`;
    const scales = `${name}/scales`;
    if (constants.has(values)) return { values, scales };
    const tensor = constants.get(name);
    const [rows, columns, ...more] = (tensor?.dims ?? []).map(Number);
    const suitable =
      tensor?.dataType === onnx.TensorProto.DataType.FLOAT &&
      more.length === 0 &&
      rows >= SMALLEST_EXTENT &&
      columns >= SMALLEST_EXTENT;
    if (!suitable) return undefined;
    const matrix = quantize(floatsOf(tensor), rows, columns);
    const shape = quantize === quantizeRows ? [rows, 1] : [columns];
    constants.set(values, constantTensor(values, [rows, columns], matrix.values));
    constants.set(scales, constantTensor(scales, shape, matrix.scales));
    return { values, scales };
  }

  function quantizeProduct(node: onnx.INodeProto): boolean {
    const [input, weight] = node.input!;
    const matrix = quantizeConstant(weight, quantizeColumns);
    if (!matrix) return false;
    const [values, scale, zero] = ['int8', 'scale', 'zero'].map((part) => `${input}/${part}`);
    if (!quantizedInputs.has(input)) {
      quantizedInputs.add(input); // query, key and value share one
      written.push(operatorNode('DynamicQuantizeLinear', [input], [values, scale, zero]));
    }
    const name = node.output![0];
    written.push(
      operatorNode('MatMulInteger', [values, matrix.values, zero], [`${name}/integers`]),
      operatorNode('Cast', [`${name}/integers`], [`${name}/floats`], { to: onnx.TensorProto.DataType.FLOAT }),
      operatorNode('Mul', [scale, matrix.scales], [`${name}/scale`]),
      operatorNode('Mul', [`${name}/floats`, `${name}/scale`], [name]),
    );
    return true;
  }

  function quantizeLookup(node: onnx.INodeProto): boolean {
    const [table, ids] = node.input!;
    const matrix = quantizeConstant(table, quantizeRows);
    if (!matrix) return false;
    const name = node.output![0];
    written.push(
      operatorNode('Gather', [matrix.values, ids], [`${name}/integers`]),
      operatorNode('Cast', [`${name}/integers`], [`${name}/floats`], { to: onnx.TensorProto.DataType.FLOAT }),
      operatorNode('Gather', [matrix.scales, ids], [`${name}/scale`]),
      operatorNode('Mul', [`${name}/floats`, `${name}/scale`], [name]),
    );
    return true;
  }

  for (const node of nodes) {
    const replaced =
      (node.opType === 'MatMul' && quantizeProduct(node)) ||
      (node.opType === 'Gather' && quantizeLookup(node));
    if (!replaced) written.push(node);
  }
  const used = new Set(written.flatMap((node) => node.input ?? []));
  const initializer = [...constants.values()].filter((tensor) => used.has(tensor.name!));
  return onnx.ModelProto.create({ ...model, graph: { ...graph, node: written, initializer } });
}

/** `rawData` may begin at any byte of the file that it is a view of: copied, so that floats lie on a multiple of four. */
function floatsOf(tensor: onnx.ITensorProto): Float32Array {
  if (!tensor.rawData?.length) return Float32Array.from(tensor.floatData ?? []);
  return new Float32Array(new Uint8Array(tensor.rawData).buffer);
}
