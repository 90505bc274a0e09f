import { tensorflow } from './backend';

/**
 * TensorFlow's own operations, run one by one in its memory, and the lifetime of the tensors they make.
 *
 * Who owns a tensor: inside `tidy`, the innermost `tidy` under way, which frees it at its end unless it is part of what the
 * function returns; outside, whoever called. Nothing waits for a garbage collector: a training step makes hundreds of
 * megabytes a second, and memory that is freed at once is still in the processor's cache when the next tensor takes it.
 */
export class DeviceTensor {
  freed = false;
  /** Spared by every `tidy`. */
  kept = false;
  /** Of a table's gradient: its rows that need not be zero, each once, where that is known. */
  rows?: Int32Array;
  constructor(
    /** The binding's number for it. */
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

/** An operation's attribute. Made once and kept, since hundreds are handed over in every step. */
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

/** Tensors that were made and not yet freed, without constants. A step of training leaves this number as it was. */
export function livingTensors(): number {
  return living;
}

function adopt(id: number, shape: readonly number[], type: number): DeviceTensor {
  const tensor = new DeviceTensor(id, shape, type);
  living++;
  open?.push(tensor);
  return tensor;
}

/** Runs an operation that has one result. */
export function run(
  name: string,
  attributes: readonly Attribute[],
  ...inputs: readonly DeviceTensor[]
): DeviceTensor {
  return runForSeveral(name, attributes, inputs, 1)[0];
}

/** Runs an operation that has `outputs` results. */
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

/** Runs an operation for its effect alone. */
export function runForEffect(
  name: string,
  attributes: readonly Attribute[],
  ...inputs: readonly DeviceTensor[]
): void {
  runForSeveral(name, attributes, inputs, 0);
}

/** The tensors in arrays, maps and plain objects, however deep. */
function* tensorsIn(holder: unknown): Generator<DeviceTensor> {
  if (holder instanceof DeviceTensor) yield holder;
  else if (Array.isArray(holder)) for (const part of holder) yield* tensorsIn(part);
  else if (holder instanceof Map) for (const part of holder.values()) yield* tensorsIn(part);
  else if (holder && Object.getPrototypeOf(holder) === Object.prototype)
    yield* tensorsIn(Object.values(holder));
}

/** Runs a function and frees the tensors made in it, but for those in what it returns. */
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

/** Spares tensors from every `tidy`: whoever keeps them frees them. */
export function keep(...tensors: readonly DeviceTensor[]): void {
  for (const tensor of tensors) tensor.kept = true;
}

/** Gives tensors back. A tensor that was already freed is an error of the caller's. */
export function free(...tensors: readonly DeviceTensor[]): void {
  for (const tensor of tensors) {
    if (tensor.freed) throw new Error(`tensor ${tensor.id} of shape [${tensor.shape}] is freed twice`);
    tensor.freed = true;
    living--;
    binding().deleteTensor(tensor.id);
  }
}

/** Numbers from JavaScript. TensorFlow may use the array's own memory: do not write to it while the tensor lives. */
export function upload(data: Numbers, shape: readonly number[]): DeviceTensor {
  const type = data instanceof Float32Array ? FLOAT32 : data instanceof Int32Array ? INT32 : UINT8;
  return adopt(binding().createTensor(shape, type, data), shape, type);
}

/** Numbers back to JavaScript, in memory of their own. Waits until they are computed. */
export function download(tensor: DeviceTensor): Float32Array {
  const data = binding().tensorDataSync(tensor.id);
  // The binding has copied already, and to copy floats once more would take twice as long as that.
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

const constants = new Map<string, DeviceTensor>();

/**
 * Small tensors that many operations ask for (axes, shapes, factors): made once, kept as long as the process. For numbers of
 * which there are few; what changes from step to step is uploaded.
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

/** A constant of no dimension, 32-bit float. */
export const scalar = (value: number): DeviceTensor =>
  constant('scalar', [value], () => [Float32Array.of(value), []]);

/** A constant of no dimension, 32-bit integer. */
export const integer = (value: number): DeviceTensor =>
  constant('integer', [value], () => [Int32Array.of(value), []]);

/** A constant list of 32-bit integers: a shape, a permutation, axes. */
export const integers = (...values: readonly number[]): DeviceTensor =>
  constant('integers', values, () => [Int32Array.from(values), [values.length]]);
