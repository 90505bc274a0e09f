import { onnx } from 'onnx-proto';
import { firstLineOf, InputError } from '../foundation';
import type { EncoderConfiguration } from '../nn';
import { checkOnnx, readOnnxFile } from './check/check';
import { CONTRIB_DOMAIN, floatsOf } from './graph';

const { DataType } = onnx.TensorProto;

/**
 * Matrices with an extent below this stay in floating point: the head (nine columns, of which `O` must stay exactly 0) and the
 * token types (two rows) are a few kilobytes.
 */
const SMALLEST_EXTENT = 16;

/** Operators that show that a file is already quantized. */
const QUANTIZED_OPERATORS =
  /^(DynamicQuantize.*|QuantizeLinear|DequantizeLinear|MatMulInteger.*|MatMulNBits|MatMulBnb4|GatherBlockQuantized|Q[A-Z].*)$/;

/** Types of 8 bits and fewer, and halves, but not those of masks and indices. */
const SHORT_TYPES: ReadonlySet<number> = new Set([
  DataType.INT8,
  DataType.UINT8,
  DataType.FLOAT16,
  16, // BFLOAT16, 17 to 20 the eight-bit floats, 21 and 22 four-bit integers: newer than the library's list
  ...[17, 18, 19, 20, 21, 22],
]);

/** Window length in tokens for which the memory of a run is estimated. */
const TYPICAL_LENGTH = 256;

/** Throws InputError if the file is damaged, has no graph, or cannot be run. */
export function readOnnx(path: string, encoder: EncoderConfiguration): onnx.ModelProto {
  const bytes = readOnnxFile(path, { encoder });
  checkOnnx(bytes, path, { encoder, maximumLength: Math.min(encoder.maximumPositions, TYPICAL_LENGTH) });
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new InputError(
      `${path}: not an ONNX file (${firstLineOf((error as Error).message)}); export the model again`,
    );
  }
}

/** Throws InputError if the file was quantized, by us or by another program, in any way. */
export function refuseQuantized(model: onnx.ModelProto, source: string, mend: string): void {
  const { node = [], initializer = [] } = model.graph!;
  const quantized =
    node!.some(({ opType }) => QUANTIZED_OPERATORS.test(opType ?? '')) ||
    initializer!.some(({ dataType, dims }) => dims!.length > 1 && SHORT_TYPES.has(dataType!));
  if (quantized) throw new InputError(`${source}: is already quantized; ${mend}`);
}

/** Throws InputError if the file was fused by `compress fuse`, or contains one of the given fused operators. */
export function refuseFused(
  model: onnx.ModelProto,
  source: string,
  mend: string,
  operators?: readonly string[],
): void {
  const refused = ({ domain, opType }: onnx.INodeProto) =>
    domain === CONTRIB_DOMAIN && (!operators || operators.includes(opType!));
  if (model.graph!.node!.some(refused)) throw new InputError(`${source}: is already fused; ${mend}`);
}

export type Constants = Map<string, onnx.ITensorProto>;

/**
 * Returns the model with some nodes rewritten. `rewrite` returns the nodes that replace a node, or undefined to keep it, and may
 * add constants; constants that are no longer used are removed.
 */
export function rewriteNodes(
  model: onnx.ModelProto,
  rewrite: (node: onnx.INodeProto, constants: Constants) => onnx.INodeProto[] | undefined,
): onnx.ModelProto {
  const graph = model.graph!;
  const constants: Constants = new Map((graph.initializer ?? []).map((tensor) => [tensor.name!, tensor]));
  const node = graph.node!.flatMap((original) => rewrite(original, constants) ?? [original]);
  const used = new Set(node.flatMap(({ input }) => input ?? []));
  const initializer = [...constants.values()].filter(({ name }) => used.has(name!));
  return onnx.ModelProto.create({ ...model, graph: { ...graph, node, initializer } });
}

/** Returns a matrix of float weights that is large enough to be worth a shorter format; undefined for anything else. */
export function largeMatrix(
  constants: Constants,
  name: string,
): { data: Float32Array; rows: number; columns: number } | undefined {
  const tensor = constants.get(name);
  const [rows, columns, ...more] = (tensor?.dims ?? []).map(Number);
  const suitable =
    tensor?.dataType === DataType.FLOAT &&
    more.length === 0 &&
    rows >= SMALLEST_EXTENT &&
    columns >= SMALLEST_EXTENT;
  return suitable ? { data: floatsOf(tensor), rows, columns } : undefined;
}
