import { describeJson } from '../../foundation';
import { type Field, readFields, readIntegers, readText } from './protobuf';

/** The parts of an ONNX file that the checks need (field numbers: github.com/onnx/onnx, onnx/onnx.proto). */
export interface OnnxGraph {
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  inputs: string[];
  outputs: string[];
  /** Parts that no exported encoder has: functions, sparse tensors, training. */
  extras: string[];
}

export interface OnnxNode {
  operator: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  integers: Map<string, number[]>;
  tensors: OnnxTensor[];
  /** Whether it contains a subgraph, as loops and conditions do. */
  hasGraph: boolean;
}

export interface OnnxTensor {
  name: string;
  type: number;
  dims: number[];
  /** Whether the numbers are in another file. */
  isExternal: boolean;
  /** Byte range of the numbers, little-endian; undefined if they are in lists. */
  raw?: { start: number; end: number };
  /** Lists of numbers, each with its field number and byte range. */
  lists: { number: number; start: number; end: number; isBytes: boolean; value: number }[];
}

const MOST_AXES = 32;
const MOST_INTEGERS = 10_000;
/** Operators of a model. Encoders of 24 layers have some 5,000. */
const MOST_NODES = 50_000;

/** @throws Error if the bytes are not an ONNX file */
export function readOnnxGraph(bytes: Uint8Array): OnnxGraph {
  const graph: OnnxGraph = { nodes: [], tensors: [], inputs: [], outputs: [], extras: [] };
  readFields(bytes, 0, bytes.length, (field) => {
    if (field.number === 7 && field.isBytes) readGraph(bytes, { ...field }, graph);
    else if (field.number === 20) graph.extras.push('training');
    else if (field.number === 25) graph.extras.push('functions');
  });
  return graph;
}

function readGraph(bytes: Uint8Array, { start, end }: Field, graph: OnnxGraph): void {
  readFields(bytes, start, end, (field) => {
    if (!field.isBytes) return;
    if (field.number === 1) {
      graph.nodes.push(readNode(bytes, { ...field }));
      if (graph.nodes.length > MOST_NODES) throw new Error(`the graph has more than ${MOST_NODES} operators`);
    } else if (field.number === 5) graph.tensors.push(readTensor(bytes, { ...field }));
    else if (field.number === 11) graph.inputs.push(nameOf(bytes, { ...field }));
    else if (field.number === 12) graph.outputs.push(nameOf(bytes, { ...field }));
    else if (field.number === 15) graph.extras.push('sparse tensors');
  });
}

function nameOf(bytes: Uint8Array, { start, end }: Field): string {
  let name = '';
  readFields(bytes, start, end, (field) => {
    if (field.number === 1) name = readText(bytes, field);
  });
  return name;
}

function readNode(bytes: Uint8Array, { start, end }: Field): OnnxNode {
  const node: OnnxNode = {
    operator: '',
    domain: '',
    inputs: [],
    outputs: [],
    integers: new Map(),
    tensors: [],
    hasGraph: false,
  };
  readFields(bytes, start, end, (field) => {
    if (!field.isBytes) return;
    if (field.number === 1) node.inputs.push(readText(bytes, field));
    else if (field.number === 2) node.outputs.push(readText(bytes, field));
    else if (field.number === 4) node.operator = readText(bytes, field);
    else if (field.number === 5) readAttribute(bytes, { ...field }, node);
    else if (field.number === 7) node.domain = readText(bytes, field);
  });
  return node;
}

function readAttribute(bytes: Uint8Array, { start, end }: Field, node: OnnxNode): void {
  let name = '';
  const integers: number[] = [];
  const tensors: OnnxTensor[] = [];
  readFields(bytes, start, end, (field) => {
    if (field.number === 1) name = readText(bytes, field);
    else if (field.number === 3 || field.number === 8) readIntegers(bytes, field, integers, MOST_INTEGERS);
    else if (field.number === 5 || field.number === 10) tensors.push(readTensor(bytes, { ...field }));
    else if ([6, 11, 22, 23].includes(field.number)) node.hasGraph = true;
  });
  if (integers.length > MOST_INTEGERS) throw new Error(`a list has more than ${MOST_INTEGERS} numbers`);
  if (tensors.length > 1) throw new Error(`the attribute ${describeJson(name)} has several tensors`);
  node.tensors.push(...tensors);
  if (integers.length > 0) node.integers.set(name, integers);
}

function readTensor(bytes: Uint8Array, { start, end }: Field): OnnxTensor {
  const tensor: OnnxTensor = { name: '', type: 0, dims: [], isExternal: false, lists: [] };
  readFields(bytes, start, end, (field) => {
    const { number } = field;
    if (number === 1) readIntegers(bytes, field, tensor.dims, MOST_AXES);
    else if (number === 2) tensor.type = field.value;
    else if (number === 8) tensor.name = readText(bytes, field);
    else if (number === 9) tensor.raw = { start: field.start, end: field.end };
    else if (number === 13 || (number === 14 && field.value === 1)) tensor.isExternal = true;
    else if ([4, 5, 7, 10, 11].includes(number)) tensor.lists.push({ ...field });
  });
  if (tensor.dims.length > MOST_AXES) throw new Error(`a tensor has more than ${MOST_AXES} axes`);
  return tensor;
}
