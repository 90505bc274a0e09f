import type { OnnxNode } from './onnx-graph';
import { countOf } from './tensor-check';

/** What is known about a value before the graph runs: its shape, and its numbers if they are few and known. */
export interface Value {
  dims: number[];
  numbers?: number[];
  /** Whether the numbers are floats, so that division does not truncate. */
  isFloat?: boolean;
}

export interface Call {
  node: OnnxNode;
  /** Undefined for an omitted optional input. */
  inputs: (Value | undefined)[];
}

/** Larger values keep no numbers: shapes have a handful, positions as many as a window. */
export const MOST_NUMBERS = 4096;

/** Thrown if the shapes of a graph cannot be determined before it runs. */
export class Unclear extends Error {}

export function input({ node, inputs }: Call, index: number): Value {
  const value = inputs[index];
  if (!value) throw new Unclear(`${node.operator} lacks its input ${index}`);
  return value;
}

/** Returns the numbers of an input that determines a shape. */
export function numbersOf(call: Call, index: number): number[] {
  const { numbers } = input(call, index);
  if (!numbers)
    throw new Unclear(
      `the result of ${call.node.operator} depends on numbers that are not known before it runs`,
    );
  return numbers;
}

export const integer = ({ node }: Call, name: string, otherwise: number): number =>
  node.integers.get(name)?.[0] ?? otherwise;

/** Returns axes, or other lists, that are an attribute in older operator sets and an input in newer ones. */
export function list(call: Call, name: string, index: number): number[] | undefined {
  return call.node.integers.get(name) ?? (call.inputs[index] && numbersOf(call, index));
}

export function axisOf(axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  if (!(place >= 0 && place < Math.max(rank, 1))) throw new Unclear(`there is no axis ${axis} of ${rank}`);
  return place;
}

/** Returns a value of a shape, with its numbers if they are few. @throws Unclear for an impossible shape */
export function shaped(dims: number[], numbers?: () => number[] | undefined): Value {
  const count = countOf(dims);
  if (!dims.every((extent) => Number.isSafeInteger(extent) && extent >= 0) || !Number.isSafeInteger(count))
    throw new Unclear(`a value has the impossible shape [${dims}]`);
  return { dims, numbers: numbers && count <= MOST_NUMBERS ? numbers() : undefined };
}

/** Returns the shape of an elementwise combination (ONNX, "Multidirectional broadcasting"). */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    const extent = extents.find((one) => one !== 1) ?? 1;
    if (!extents.every((one) => one === 1 || one === extent))
      throw new Unclear(`shapes [${shapes.join('] and [')}] do not fit together`);
    return extent;
  });
}

/** Returns, for each number of a broadcast result, the index of its source. */
export function placesIn(dims: readonly number[], result: readonly number[]): number[] {
  const strides = dims.map((extent, axis) => (extent === 1 ? 0 : countOf(dims.slice(axis + 1))));
  return Array.from({ length: countOf(result) }, (_, index) => {
    let rest = index;
    let place = 0;
    for (let axis = result.length - 1; axis >= 0; axis--) {
      place += (rest % result[axis]) * (strides[axis - result.length + dims.length] ?? 0);
      rest = Math.floor(rest / result[axis]);
    }
    return place;
  });
}
