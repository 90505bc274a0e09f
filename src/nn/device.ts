import { tensorflow } from './backend';

/**
 * TensorFlow operations, run eagerly in its memory, and the lifetime of their tensors.
 *
 * Ownership of a tensor: inside `tidy`, the innermost active `tidy`, which frees it at its end unless it is part of the result;
 * outside, the caller. Nothing relies on the garbage collector: a training step allocates hundreds of megabytes a second, and
 * memory that is freed at once is still in the processor's cache when it is reused.
 */
export class DeviceTensor {
  freed = false;
  /** Not freed by any `tidy`. */
  kept = false;
  /** For the gradient of a table: the rows that may be non-zero, without duplicates, if known. */
  rows?: Int32Array;
  constructor(
    /** The binding's id for it. */
    readonly id: number,
    readonly shape: readonly number[],
    /** Its TF_DataType. */
    readonly type: number,
  ) {}
}

/** TF_DataType of TensorFlow's C interface (tensorflow/c/tf_datatype.h). */
export const FLOAT32 = 1;
export const INT32 = 3;
export const UINT8 = 4;
export const BOOL = 10;
export const BFLOAT16 = 14;

/** TF_AttrType of TensorFlow's C interface (tensorflow/c/c_api.h). */
const ATTRIBUTE_TYPES = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 };

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Creates an operation's attribute. Attributes are cached, since hundreds are passed in every step. */
export function attribute(name: string, type: keyof typeof ATTRIBUTE_TYPES, value: unknown): Attribute {
  return { name, type: ATTRIBUTE_TYPES[type], value };
}

export type Numbers = Float32Array | Int32Array | Uint8Array;

interface Binding {
  createTensor(shape: readonly number[], type: number, data: Numbers): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number; shape: number[]; dtype: number }[];
}

let loaded: Binding | undefined;

function binding(): Binding {
  loaded ??= (tensorflow().backend() as unknown as { binding: Binding }).binding;
  return loaded;
}

let living = 0;
let open: DeviceTensor[] | undefined;

/** Returns the number of tensors created and not yet freed, without constants. A training step leaves it unchanged. */
export function livingTensors(): number {
  return living;
}

function adopt(id: number, shape: readonly number[], type: number): DeviceTensor {
  const tensor = new DeviceTensor(id, shape, type);
  living++;
  open?.push(tensor);
  return tensor;
}

/** Runs an operation with one result. */
export function run(
  name: string,
  attributes: readonly Attribute[],
  ...inputs: readonly DeviceTensor[]
): DeviceTensor {
  return runForSeveral(name, attributes, inputs, 1)[0];
}

/** Runs an operation with `outputs` results. */
export function runForSeveral(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly DeviceTensor[],
  outputs: number,
): DeviceTensor[] {
  const ids = inputs.map(({ id }) => id);
  return binding()
    .executeOp(name, attributes, ids, outputs)
    .map(({ id, shape, dtype }) => adopt(id, shape, dtype));
}

/** Runs an operation for its side effect only. */
export function runForEffect(
  name: string,
  attributes: readonly Attribute[],
  ...inputs: readonly DeviceTensor[]
): void {
  runForSeveral(name, attributes, inputs, 0);
}

/** Yields the tensors in arrays, maps and plain objects, at any depth. */
function* tensorsIn(holder: unknown): Generator<DeviceTensor> {
  if (holder instanceof DeviceTensor) yield holder;
  else if (Array.isArray(holder)) for (const part of holder) yield* tensorsIn(part);
  else if (holder instanceof Map) for (const part of holder.values()) yield* tensorsIn(part);
  else if (holder && Object.getPrototypeOf(holder) === Object.prototype)
    yield* tensorsIn(Object.values(holder));
}

/** Runs a function and frees the tensors created in it, except those in its result. */
export function tidy<T>(compute: () => T): T {
  const outer = open;
  const made: DeviceTensor[] = [];
  open = made;
  let returned = new Set<DeviceTensor>();
  try {
    const result = compute();
    returned = new Set(tensorsIn(result));
    return result;
  } finally {
    open = outer;
    for (const tensor of made) {
      if (tensor.freed || tensor.kept) continue;
      if (returned.has(tensor)) outer?.push(tensor);
      else free(tensor);
    }
  }
}

/** Exempts tensors from every `tidy`: the caller must free them. */
export function keep(...tensors: readonly DeviceTensor[]): void {
  for (const tensor of tensors) tensor.kept = true;
}

/** Frees tensors. Freeing one twice is an error of the caller. */
export function free(...tensors: readonly DeviceTensor[]): void {
  for (const tensor of tensors) {
    if (tensor.freed) throw new Error(`tensor ${tensor.id} of shape [${tensor.shape}] is freed twice`);
    tensor.freed = true;
    living--;
    binding().deleteTensor(tensor.id);
  }
}

/** Copies numbers from JavaScript. TensorFlow may use the array's memory: do not write to it while the tensor is alive. */
export function upload(data: Numbers, shape: readonly number[]): DeviceTensor {
  const type = data instanceof Float32Array ? FLOAT32 : data instanceof Int32Array ? INT32 : UINT8;
  return adopt(binding().createTensor(shape, type, data), shape, type);
}

/** Copies numbers to JavaScript, into new memory. Waits until they are computed. */
export function download(tensor: DeviceTensor): Float32Array {
  const data = binding().tensorDataSync(tensor.id);
  // The binding has already made a copy; copying the floats again would take twice as long.
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

const constants = new Map<string, DeviceTensor>();

/**
 * Returns a small tensor used by many operations (axes, shapes, factors): created once and kept for the life of the process. Only
 * for a few distinct values; values that change between steps are uploaded.
 */
function constant(
  kind: string,
  values: readonly number[],
  make: () => [Float32Array | Int32Array, number[]],
): DeviceTensor {
  const key = `${kind}${values}`;
  let tensor = constants.get(key);
  if (!tensor) {
    const [data, shape] = make();
    const type = data instanceof Float32Array ? FLOAT32 : INT32;
    tensor = new DeviceTensor(binding().createTensor(shape, type, data), shape, type);
    constants.set(key, tensor);
  }
  return tensor;
}

/** A constant scalar, 32-bit float. */
export const scalar = (value: number): DeviceTensor =>
  constant('scalar', [value], () => [Float32Array.of(value), []]);

/** A constant scalar, 32-bit integer. */
export const integer = (value: number): DeviceTensor =>
  constant('integer', [value], () => [Int32Array.of(value), []]);

/** A constant list of 32-bit integers: a shape, a permutation, axes. */
export const integers = (...values: readonly number[]): DeviceTensor =>
  constant('integers', values, () => [Int32Array.from(values), [values.length]]);
