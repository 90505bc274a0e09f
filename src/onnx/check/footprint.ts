import { describeJson } from '../../foundation';
import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx-graph';
import { CONTRIB_PRODUCTS, CONTRIB_RULES, STANDARD_PRODUCTS } from './product-rules';
import { STANDARD_RULES } from './shape-rules';
import { countOf, smallValues } from './tensor-check';
import { MOST_NUMBERS, Unclear, type Value } from './value';

/** Resources of one run of a graph. */
interface Footprint {
  /** Maximum number of values in memory at once, without the weights. */
  peak: number;
  /** Multiplications in matrix products, plus numbers produced by all other operators. */
  work: number;
}

const CONTRIB = 'com.microsoft';
const FLOAT_TYPES: ReadonlySet<number> = new Set([1, 10, 11, 16]);
/** Floats hardly ever determine a shape. */
const MOST_FLOATS = 16;
/** Limit on numbers computed here, in total. */
const MOST_WORKED_OUT = 2_000_000;

const tables = ({ domain }: OnnxNode) =>
  domain === CONTRIB
    ? { rules: CONTRIB_RULES, products: CONTRIB_PRODUCTS }
    : domain === '' || domain === 'ai.onnx'
      ? { rules: STANDARD_RULES, products: STANDARD_PRODUCTS }
      : { rules: {}, products: {} };

/** Returns whether an operator occurs in exports of the BERT family. */
export function isKnown(node: OnnxNode): boolean {
  const { rules, products } = tables(node);
  return Object.hasOwn(rules, node.operator) || Object.hasOwn(products, node.operator);
}

/**
 * Computes the resources for running a graph on a batch of one window, from the shapes of its values, derived operator by operator
 * as in ONNX Runtime. Allocates nothing of their size. Values computed from constants alone are computed when the file is loaded,
 * and stay in memory.
 *
 * @throws Unclear if it cannot be determined
 */
export function footprintOf(graph: OnnxGraph, bytes: Uint8Array, length: number): Footprint {
  const values = new Map<string, Value>();
  const constants = new Set<string>();
  const valueOfTensor = (tensor: OnnxTensor): Value => {
    const isFloat = FLOAT_TYPES.has(tensor.type);
    return {
      dims: tensor.dims,
      numbers: smallValues(bytes, tensor, isFloat ? MOST_FLOATS : MOST_NUMBERS),
      isFloat,
    };
  };
  for (const name of graph.inputs) values.set(name, { dims: [1, length] });
  for (const tensor of graph.tensors) {
    values.set(tensor.name, valueOfTensor(tensor));
    constants.add(tensor.name);
  }
  const lastUses = lastUsesOf(graph);
  const footprint = { peak: 0, work: 0 };
  let living = 0;
  let workedOut = 0;
  graph.nodes.forEach((node, place) => {
    const inputs = node.inputs.map((name) => {
      const value = name === '' ? undefined : values.get(name);
      if (name !== '' && !value)
        throw new Unclear(`${node.operator} reads ${describeJson(name)}, which nothing produces`);
      return value;
    });
    const given = [...inputs, ...node.tensors.map(valueOfTensor)];
    const { outputs, work, scratch } = run(node, given);
    const isConstant = node.inputs.every((name) => name === '' || constants.has(name));
    let made = 0;
    outputs.forEach((value, index) => {
      const name = node.outputs[index];
      if (!name) return;
      value.isFloat ??= inputs.some((one) => one?.isFloat);
      values.set(name, value);
      if (isConstant) constants.add(name);
      made += countOf(value.dims);
      workedOut += value.numbers?.length ?? 0;
    });
    if (workedOut > MOST_WORKED_OUT) throw new Unclear('its shapes take too long to compute');
    living += made;
    footprint.work += work + made;
    footprint.peak = Math.max(footprint.peak, living + scratch);
    for (const name of new Set(node.inputs))
      if (lastUses.get(name) === place && !constants.has(name))
        living -= countOf(values.get(name)?.dims ?? [0]);
  });
  return footprint;
}

function run(node: OnnxNode, inputs: (Value | undefined)[]) {
  const { rules, products } = tables(node);
  const call = { node, inputs };
  if (Object.hasOwn(rules, node.operator))
    return { outputs: rules[node.operator](call), work: 0, scratch: 0 };
  const { outputs, multiplications, scratch = 0 } = products[node.operator](call);
  if (!(multiplications >= 0 && scratch >= 0)) throw new Unclear(`${node.operator} has impossible extents`);
  return { outputs, work: multiplications, scratch };
}

/** Returns the index of the last operator that reads each value; none for inputs and outputs of the graph. */
function lastUsesOf({ nodes, inputs, outputs }: OnnxGraph): Map<string, number> {
  const lastUses = new Map<string, number>();
  nodes.forEach((node, place) => {
    for (const name of node.inputs) lastUses.set(name, place);
  });
  for (const name of [...inputs, ...outputs]) lastUses.delete(name);
  return lastUses;
}
