import { onnx } from 'onnx-proto';

/**
 * Metadata of every model that this library writes. Operator set 17 introduced LayerNormalization and is the newest that ONNX
 * Runtime 1.14 (inside transformers.js 2) reads; its file format goes up to version 8.
 */
export const OPERATOR_SET = 17;
const FORMAT_VERSION = 8;

const { DataType } = onnx.TensorProto;
const { AttributeType } = onnx.AttributeProto;

/** ONNX type of each array. Numbers are in row-major order, little-endian, as `rawData` requires. */
type TensorData = Float32Array | BigInt64Array | Int8Array | Uint8Array;

/** Creates a constant of the graph. `shape` is empty for a scalar. */
export function constantTensor(name: string, shape: readonly number[], data: TensorData): onnx.ITensorProto {
  const dataType =
    data instanceof Float32Array
      ? DataType.FLOAT
      : data instanceof BigInt64Array
        ? DataType.INT64
        : data instanceof Int8Array
          ? DataType.INT8
          : DataType.UINT8;
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: [...shape], dataType, rawData };
}

/**
 * Returns the floats of a tensor. `rawData` may start at any byte of the file that it is a view of: copied, so that floats are
 * aligned to four bytes.
 */
export function floatsOf(tensor: onnx.ITensorProto): Float32Array {
  if (!tensor.rawData?.length) return Float32Array.from(tensor.floatData ?? []);
  return new Float32Array(new Uint8Array(tensor.rawData).buffer);
}

/** Attributes of our operators: integers or lists of them, and `epsilon`. */
export type Attributes = Record<string, number | readonly number[] | { float: number }>;

function attribute(name: string, value: Attributes[string]): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

export function operatorNode(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
): onnx.INodeProto {
  return {
    opType: operator,
    name: `${outputs[0]}/${operator}`,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  };
}

/** The domain of ONNX Runtime's operators (docs/ContribOperators.md in its repository). */
export const CONTRIB_DOMAIN = 'com.microsoft';

export function contribNode(...node: Parameters<typeof operatorNode>): onnx.INodeProto {
  return { ...operatorNode(...node), domain: CONTRIB_DOMAIN };
}

/** Returns the model with that domain among its imports. */
export function withContribDomain(model: onnx.ModelProto): onnx.ModelProto {
  if (model.opsetImport.some(({ domain }) => domain === CONTRIB_DOMAIN)) return model;
  const opsetImport = [...model.opsetImport, { domain: CONTRIB_DOMAIN, version: 1 }];
  return onnx.ModelProto.create({ ...model, opsetImport });
}

const VALUE_TYPES = {
  float32: DataType.FLOAT,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  int32: DataType.INT32,
  int64: DataType.INT64,
} as const;

type ValueType = keyof typeof VALUE_TYPES;

/** Extents: numbers are fixed, names are dynamic. */
type Extent = number | string;

function describedValue(name: string, dataType: number, shape: readonly Extent[]): onnx.IValueInfoProto {
  const dim = shape.map((extent) =>
    typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent },
  );
  return { name, type: { tensorType: { elemType: dataType, shape: { dim } } } };
}

/**
 * Writes a computation as an ONNX graph, one operator per call, in execution order. Each call returns the name of its result, the
 * input of later calls; `name` is the path shown by viewers.
 */
export class GraphWriter {
  private readonly inputs: onnx.IValueInfoProto[] = [];
  private readonly outputs: onnx.IValueInfoProto[] = [];
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants = new Map<string, onnx.ITensorProto>();

  input(name: string, shape: readonly Extent[], type: ValueType = 'int64'): string {
    this.inputs.push(describedValue(name, VALUE_TYPES[type], shape));
    return name;
  }

  output(name: string, shape: readonly Extent[], type: ValueType = 'float32'): void {
    this.outputs.push(describedValue(name, VALUE_TYPES[type], shape));
  }

  constant(name: string, shape: readonly number[], data: TensorData): string {
    this.constants.set(name, constantTensor(name, shape, data));
    return name;
  }

  /** Returns a small number; equal ones are stored once. */
  scalar(value: number): string {
    return this.constant(`scalar/${value}`, [], Float32Array.of(value));
  }

  /** Returns a list of axes, extents or indices; equal ones are stored once. */
  integers(...values: number[]): string {
    return this.constant(`integers/${values}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Returns a single index, not a list of one. */
  index(value: number): string {
    return this.constant(`index/${value}`, [], BigInt64Array.of(BigInt(value)));
  }

  run(operator: string, name: string, inputs: readonly string[], attributes?: Attributes): string {
    this.nodes.push(operatorNode(operator, inputs, [name], attributes));
    return name;
  }

  finish(graphName: string): onnx.ModelProto {
    return onnx.ModelProto.create({
      irVersion: FORMAT_VERSION,
      producerName: 'falconframes',
      opsetImport: [{ domain: '', version: OPERATOR_SET }],
      graph: {
        name: graphName,
        node: this.nodes,
        initializer: [...this.constants.values()],
        input: this.inputs,
        output: this.outputs,
      },
    });
  }
}
