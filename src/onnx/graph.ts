import { onnx } from 'onnx-proto';

/**
 * What every model that this library writes says about itself. Operator set 17 brought LayerNormalization and is the newest
 * that ONNX Runtime 1.14 (inside transformers.js 2) reads; its file format goes up to version 8.
 */
export const OPERATOR_SET = 17;
const FORMAT_VERSION = 8;

const { DataType } = onnx.TensorProto;
const { AttributeType } = onnx.AttributeProto;

/** Which ONNX type holds which array. Numbers lie in row-major order, little-endian, as ONNX asks of `rawData`. */
type TensorData = Float32Array | BigInt64Array | Int8Array | Uint8Array;

/** A constant of the graph. `shape` is empty for a scalar. */
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

/** `rawData` may begin at any byte of the file that it is a view of: copied, so that floats lie on a multiple of four. */
export function floatsOf(tensor: onnx.ITensorProto): Float32Array {
  if (!tensor.rawData?.length) return Float32Array.from(tensor.floatData ?? []);
  return new Float32Array(new Uint8Array(tensor.rawData).buffer);
}

/** Whole numbers, or lists of them, are the only attributes but `epsilon` that our operators take. */
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

/** The domain of ONNX Runtime's own operators (docs/ContribOperators.md in its repository). */
export const CONTRIB_DOMAIN = 'com.microsoft';

export function contribNode(...node: Parameters<typeof operatorNode>): onnx.INodeProto {
  return { ...operatorNode(...node), domain: CONTRIB_DOMAIN };
}

/** The model with that domain among those that it says it uses. */
export function withContribDomain(model: onnx.ModelProto): onnx.ModelProto {
  if (model.opsetImport.some(({ domain }) => domain === CONTRIB_DOMAIN)) return model;
  const opsetImport = [...model.opsetImport, { domain: CONTRIB_DOMAIN, version: 1 }];
  return onnx.ModelProto.create({ ...model, opsetImport });
}

/** Extents: numbers are fixed, names stand for what may change from call to call. */
type Extent = number | string;

function describedValue(name: string, dataType: number, shape: readonly Extent[]): onnx.IValueInfoProto {
  const dim = shape.map((extent) =>
    typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent },
  );
  return { name, type: { tensorType: { elemType: dataType, shape: { dim } } } };
}

/**
 * Writes down a computation as an ONNX graph, one operator a call, in the order in which it runs. Each call gives back the
 * name of its result, which is the input of later calls; `name` is the path under which viewers show it.
 */
export class GraphWriter {
  private readonly inputs: onnx.IValueInfoProto[] = [];
  private readonly outputs: onnx.IValueInfoProto[] = [];
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants = new Map<string, onnx.ITensorProto>();

  input(name: string, shape: readonly Extent[]): string {
    this.inputs.push(describedValue(name, DataType.INT64, shape));
    return name;
  }

  output(name: string, shape: readonly Extent[]): void {
    this.outputs.push(describedValue(name, DataType.FLOAT, shape));
  }

  constant(name: string, shape: readonly number[], data: TensorData): string {
    this.constants.set(name, constantTensor(name, shape, data));
    return name;
  }

  /** A small number; equal ones are kept once. */
  scalar(value: number): string {
    return this.constant(`scalar/${value}`, [], Float32Array.of(value));
  }

  /** A list of axes, extents or indices; equal ones are kept once. */
  integers(...values: number[]): string {
    return this.constant(`integers/${values}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** A single index, not a list of one. */
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
