import { onnx } from 'onnx-proto';
import { constantTensor, floatsOf } from '../graph';

/**
 * A graph during rewriting: producers and readers of values, and constants.
 *
 * A replacement takes the position of the node that produced the pattern's result; the nodes before it are left without a reader,
 * and `finish` drops them.
 */
export class GraphView {
  private readonly nodes: onnx.INodeProto[];
  private readonly makers = new Map<string, onnx.INodeProto>();
  private readonly readers = new Map<string, (onnx.INodeProto | undefined)[]>(); // undefined: an output of the graph
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

  /** Returns the node that produces this value, if it is of that operator and the value has only as many readers as the pattern. */
  only(operator: string, value: string | undefined, readers = 1): onnx.INodeProto | undefined {
    const maker = this.any(operator, value);
    return maker && this.readers.get(value!)?.length === readers ? maker : undefined;
  }

  /** Returns the node that produces this value, if it is of that operator, whatever its readers. */
  any(operator: string, value: string | undefined): onnx.INodeProto | undefined {
    const maker = value === undefined ? undefined : this.makers.get(value);
    return maker?.opType === operator ? maker : undefined;
  }

  /** Returns the only reader of a value, if it is of that operator. */
  reader(operator: string, value: string | undefined): onnx.INodeProto | undefined {
    const readers = value === undefined ? [] : (this.readers.get(value) ?? []);
    return readers.length === 1 && readers[0]?.opType === operator ? readers[0] : undefined;
  }

  /** Returns the constant's numbers; undefined if it is not a constant of 32-bit floats. */
  floats(name: string | undefined): Float32Array | undefined {
    const tensor = name === undefined ? undefined : this.constants.get(name);
    return tensor?.dataType === onnx.TensorProto.DataType.FLOAT ? floatsOf(tensor) : undefined;
  }

  /** Returns a constant scalar; undefined otherwise. */
  scalar(name: string | undefined): number | undefined {
    const floats = this.floats(name);
    return floats?.length === 1 ? floats[0] : undefined;
  }

  /** Returns whether it is a constant vector of 32-bit floats, such as the bias of a linear layer. */
  isVector(name: string | undefined): boolean {
    const tensor = name === undefined ? undefined : this.constants.get(name);
    return tensor?.dataType === onnx.TensorProto.DataType.FLOAT && tensor.dims?.length === 1;
  }

  /** Returns a constant list of integers; undefined otherwise. */
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

  /** Replaces `node` by these nodes; the last of them produces the same value. */
  replace(node: onnx.INodeProto, ...by: onnx.INodeProto[]): void {
    this.replacements.set(node, by);
  }

  /** Returns the rewritten graph, without unused nodes and constants. */
  finish(): onnx.IGraphProto {
    const needed = new Set((this.graph.output ?? []).map(({ name }) => name!));
    const rewritten = this.nodes.flatMap((node) => this.replacements.get(node) ?? [node]);
    const node = rewritten
      .reverse() // readers before producers
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
