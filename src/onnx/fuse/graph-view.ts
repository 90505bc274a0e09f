import { onnx } from 'onnx-proto';
import { constantTensor, floatsOf } from '../graph';

/**
 * A graph that is being rewritten: who makes a value, who reads it, and its constants.
 *
 * A replacement takes the place of the node that made the pattern's result; what led up to it is left without a reader,
 * and `finish` drops it.
 */
export class GraphView {
  private readonly nodes: onnx.INodeProto[];
  private readonly makers = new Map<string, onnx.INodeProto>();
  private readonly readers = new Map<string, (onnx.INodeProto | undefined)[]>(); // undefined: the graph's caller
  private readonly constants: Map<string, onnx.ITensorProto>;
  private readonly replacements = new Map<onnx.INodeProto, onnx.INodeProto[]>();

  constructor(private readonly graph: onnx.IGraphProto) {
    this.nodes = graph.node ?? [];
    this.constants = new Map((graph.initializer ?? []).map((tensor) => [tensor.name!, tensor]));
    for (const node of this.nodes) {
      for (const name of node.output ?? []) this.makers.set(name, node);
      for (const name of node.input ?? []) this.addReader(name, node);
    }
    for (const { name } of graph.output ?? []) this.addReader(name!, undefined);
  }

  private addReader(value: string, node: onnx.INodeProto | undefined): void {
    this.readers.set(value, [...(this.readers.get(value) ?? []), node]);
  }

  all(operator: string): onnx.INodeProto[] {
    return this.nodes.filter((node) => node.opType === operator);
  }

  /**
   * The node that makes this value, if it is of that operator and nothing but the pattern's next node, or as many as the
   * pattern has, reads the value.
   */
  only(operator: string, value: string | undefined, readers = 1): onnx.INodeProto | undefined {
    const maker = this.any(operator, value);
    return maker && this.readers.get(value!)?.length === readers ? maker : undefined;
  }

  /** The node that makes this value, if it is of that operator, whoever reads it. */
  any(operator: string, value: string | undefined): onnx.INodeProto | undefined {
    const maker = value === undefined ? undefined : this.makers.get(value);
    return maker?.opType === operator ? maker : undefined;
  }

  /** The only reader of a value, if it is of that operator. */
  reader(operator: string, value: string | undefined): onnx.INodeProto | undefined {
    const readers = value === undefined ? [] : (this.readers.get(value) ?? []);
    return readers.length === 1 && readers[0]?.opType === operator ? readers[0] : undefined;
  }

  /** The constant's numbers, undefined for what is no constant of 32-bit floats. */
  floats(name: string | undefined): Float32Array | undefined {
    const tensor = name === undefined ? undefined : this.constants.get(name);
    return tensor?.dataType === onnx.TensorProto.DataType.FLOAT ? floatsOf(tensor) : undefined;
  }

  /** A constant scalar; undefined for what is none. */
  scalar(name: string | undefined): number | undefined {
    const floats = this.floats(name);
    return floats?.length === 1 ? floats[0] : undefined;
  }

  /** Whether it is a constant list of 32-bit floats, such as the bias of a linear layer. */
  isVector(name: string | undefined): boolean {
    const tensor = name === undefined ? undefined : this.constants.get(name);
    return tensor?.dataType === onnx.TensorProto.DataType.FLOAT && tensor.dims?.length === 1;
  }

  /** A constant list of whole numbers; undefined for what is none. */
  integers(name: string | undefined): number[] | undefined {
    const tensor = name === undefined ? undefined : this.constants.get(name);
    if (tensor?.dataType !== onnx.TensorProto.DataType.INT64) return undefined;
    if (!tensor.rawData?.length) return (tensor.int64Data ?? []).map(Number);
    return Array.from(new BigInt64Array(new Uint8Array(tensor.rawData).buffer), Number);
  }

  addConstant(name: string, shape: readonly number[], data: Float32Array): string {
    this.constants.set(name, constantTensor(name, shape, data));
    return name;
  }

  /** These nodes stand where `node` stood; the last of them makes the same value. */
  replace(node: onnx.INodeProto, ...by: onnx.INodeProto[]): void {
    this.replacements.set(node, by);
  }

  /** The rewritten graph, without nodes and constants that nothing leads on from. */
  finish(): onnx.IGraphProto {
    const needed = new Set((this.graph.output ?? []).map(({ name }) => name!));
    const rewritten = this.nodes.flatMap((node) => this.replacements.get(node) ?? [node]);
    const node = rewritten
      .reverse() // readers before makers
      .filter(({ input, output }) => {
        if (!output?.some((name) => needed.has(name))) return false;
        for (const name of input ?? []) needed.add(name);
        return true;
      })
      .reverse();
    const initializer = [...this.constants.values()].filter(({ name }) => needed.has(name!));
    return { ...this.graph, node, initializer };
  }
}
