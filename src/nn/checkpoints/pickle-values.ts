import { InputError } from '../../foundation';

/** What a pickle of tensors may hold: plain data, and three kinds of objects of PyTorch. Tuples become lists. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDictionary
  | NameValue
  | StorageValue
  | TensorValue;

export type PickleDictionary = Map<PickleValue, PickleValue>;

/** A function, class or type by its name, which is never looked up: `torch._utils._rebuild_tensor_v2`. */
export interface NameValue {
  kind: 'name';
  name: string;
}

/** Numbers that one or several tensors share. */
export interface StorageValue {
  kind: 'storage';
  key: string;
  /** Type of the numbers as in safetensors, and its size in bytes. */
  type: NumberType;
  /** Numbers in the file under this key. */
  count: number;
  /** The part of them that this storage is: all, except for views of a storage in files before PyTorch 0.4. */
  first: number;
  size: number;
}

/** A view of a storage. */
export interface TensorValue {
  kind: 'tensor';
  storage: StorageValue;
  type: NumberType;
  /** In numbers of its type, as the strides. */
  offset: number;
  shape: number[];
  stride: number[];
}

export interface NumberType {
  /** Its name in safetensors. */
  dtype: string;
  bytes: number;
}

export const isDictionary = (value: PickleValue): value is PickleDictionary => value instanceof Map;

export const isKind = <Kind extends 'name' | 'storage' | 'tensor'>(
  value: PickleValue,
  kind: Kind,
): value is Extract<PickleValue, { kind: Kind }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;

/** @param what the file holds that is refused, such as `"os.system"` */
export const refused = (path: string, what: string): InputError =>
  new InputError(
    `${path}: holds ${what}; only tensors and plain data are read and nothing is run, so if you trust the file, load it in Python and save it with \`save_pretrained(folder, safe_serialization=True)\``,
  );
