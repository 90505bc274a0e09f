import type { Tensor as TensorFlowTensor } from '@tensorflow/tfjs-node-gpu';
import { tensorflow } from './backend';

/**
 * TensorFlow's own operations, for what TensorFlow.js does not wrap. The binding knows tensors by number; resource handles
 * (parameters that live in TensorFlow and are updated in place) pass through it like any other.
 */
interface Binding {
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number }[];
  deleteTensor(id: number): void;
  TF_ATTR_TYPE: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_SHAPE: number;
  TF_ATTR_STRING: number;
  TF_FLOAT: number;
  TF_INT32: number;
}

interface Backend {
  binding: Binding;
  getInputTensorIds(tensors: readonly TensorFlowTensor[]): number[];
  createOutputTensor(output: { id: number }): TensorFlowTensor;
}

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** A resource handle of TensorFlow's: the place of a variable. */
export interface Handle {
  readonly id: number;
}

type Input = TensorFlowTensor | Handle;

function backend(): Backend {
  return tensorflow().backend() as unknown as Backend;
}

function inputIds(inputs: readonly Input[]): number[] {
  return inputs.map((input) => ('dataId' in input ? backend().getInputTensorIds([input])[0] : input.id));
}

/** An attribute that holds a number type: 'float' or 'int'. */
export function typeAttribute(name: string, type: 'float' | 'int'): Attribute {
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend().binding;
  return { name, type: TF_ATTR_TYPE, value: type === 'float' ? TF_FLOAT : TF_INT32 };
}

export function booleanAttribute(name: string, value: boolean): Attribute {
  return { name, type: backend().binding.TF_ATTR_BOOL, value };
}

/** Runs an operation with one tensor as its result. */
export function runForTensor(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Input[],
): TensorFlowTensor {
  return backend().createOutputTensor(backend().binding.executeOp(name, attributes, inputIds(inputs), 1)[0]);
}

/** Runs an operation for its effect. */
export function run(name: string, attributes: readonly Attribute[], inputs: readonly Input[]): void {
  backend().binding.executeOp(name, attributes, inputIds(inputs), 0);
}

let variables = 0;

/** A place for a variable of 32-bit floats; give it back with `destroyVariable`. */
export function createVariable(shape: readonly number[]): Handle {
  const { TF_ATTR_SHAPE, TF_ATTR_STRING } = backend().binding;
  const attributes = [
    typeAttribute('dtype', 'float'),
    { name: 'shape', type: TF_ATTR_SHAPE, value: shape },
    // TensorFlow finds variables by name: each needs its own.
    { name: 'shared_name', type: TF_ATTR_STRING, value: `falconframes/${variables++}` },
    { name: 'container', type: TF_ATTR_STRING, value: '' },
  ];
  return backend().binding.executeOp('VarHandleOp', attributes, [], 1)[0];
}

export function destroyVariable(handle: Handle): void {
  run('DestroyResourceOp', [booleanAttribute('ignore_lookup_error', true)], [handle]);
  backend().binding.deleteTensor(handle.id);
}
