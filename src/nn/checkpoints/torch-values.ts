import { describeJson } from '../../foundation';
import { damaged, MOST_AXES } from '../stored-tensor';
import { setItem } from './pickle';
import type { PickleMeanings } from './pickle-machine';
import {
  isDictionary,
  isKind,
  type NumberType,
  type PickleValue,
  refused,
  type StorageValue,
  type TensorValue,
} from './pickle-values';

const type = (dtype: string, bytes: number): NumberType => ({ dtype, bytes });

/** PyTorch's types of numbers, by what remains of `torch.float32`. */
const TYPES = new Map(
  Object.entries({
    ...{ float64: type('F64', 8), float32: type('F32', 4), float16: type('F16', 2) },
    ...{ bfloat16: type('BF16', 2), complex64: type('C64', 8), complex128: type('C128', 16) },
    ...{ int64: type('I64', 8), int32: type('I32', 4), int16: type('I16', 2), int8: type('I8', 1) },
    ...{ uint64: type('U64', 8), uint32: type('U32', 4), uint16: type('U16', 2), uint8: type('U8', 1) },
    ...{ bool: type('BOOL', 1), float8_e4m3fn: type('F8_E4M3', 1), float8_e5m2: type('F8_E5M2', 1) },
    ...{ float8_e4m3fnuz: type('F8_E4M3FNUZ', 1), float8_e5m2fnuz: type('F8_E5M2FNUZ', 1) },
  }),
);

/** Classes of storages, by what remains of `torch.FloatStorage` and `torch.cuda.FloatStorage`. */
const STORAGES = new Map(
  Object.entries({
    ...{ Double: 'float64', Float: 'float32', Half: 'float16', BFloat16: 'bfloat16' },
    ...{ ComplexFloat: 'complex64', ComplexDouble: 'complex128' },
    ...{ Long: 'int64', Int: 'int32', Short: 'int16', Char: 'int8', Byte: 'uint8', Bool: 'bool' },
    ...{ Untyped: 'uint8', _Untyped: 'uint8' },
  }),
);

const typeOf = (name: string): NumberType | undefined => TYPES.get(name.replace(/^torch\./, ''));

function storageTypeOf(name: string): NumberType | undefined {
  const [, kind = ''] = /^torch\.(?:cuda\.|storage\.)?(\w+)Storage$/.exec(name) ?? [];
  return TYPES.get(STORAGES.get(kind) ?? '');
}

/** What the pickles of PyTorch's `torch.save` mean. Whatever is not listed here is refused by its name. */
export const torchMeanings = (path: string): PickleMeanings => ({
  nameOf(name) {
    if (!Object.hasOwn(CALLS, name) && !CLASSES.includes(name) && !typeOf(name) && !storageTypeOf(name))
      throw refused(path, `${describeJson(name)}, which is neither a tensor nor plain data`);
    return { kind: 'name', name };
  },
  call(name, list) {
    if (!Object.hasOwn(CALLS, name)) throw refused(path, `a call of ${describeJson(name)}`);
    return CALLS[name](list, path);
  },
  persistent: (id) => storageOf(id, path),
});

/** Named as the type of a tensor with attributes. */
const CLASSES = ['torch.Tensor', 'torch.nn.parameter.Parameter'];

const CALLS: Record<string, (list: readonly PickleValue[], path: string) => PickleValue> = {
  'torch._utils._rebuild_tensor': tensorOf,
  'torch._utils._rebuild_tensor_v2': tensorOf,
  'torch._utils._rebuild_tensor_v3': tensorOf,
  'torch._utils._rebuild_parameter': firstTensor,
  'torch._utils._rebuild_parameter_with_state': firstTensor,
  // A tensor with attributes: function, class, arguments, attributes.
  'torch._tensor._rebuild_from_type_v2': ([called, , list], path) => {
    if (!isKind(called, 'name') || !called.name.startsWith('torch._utils._rebuild_') || !Array.isArray(list))
      throw damaged(path, 'a tensor is described without its function');
    return CALLS[called.name](list, path);
  },
  'collections.OrderedDict': dictionaryOf,
  'collections.Counter': dictionaryOf,
  'torch.Size': ([extents = null]) => extents,
  'torch.device': () => null,
  // Bytes in protocol 2: a text of their values.
  '_codecs.encode': ([values = null]) => values,
};

/** From the argument of an OrderedDict: none, another dictionary, or, as Python 2 writes it, a list of pairs. */
function dictionaryOf([entries = []]: readonly PickleValue[], path: string): PickleValue {
  if (isDictionary(entries)) return new Map(entries);
  const made = new Map();
  if (!Array.isArray(entries)) throw damaged(path, 'a dictionary has no entries');
  for (const pair of entries) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw damaged(path, 'a dictionary has no pairs of entries');
    setItem(made, pair[0], pair[1], path);
  }
  return made;
}

function firstTensor([tensor]: readonly PickleValue[], path: string): PickleValue {
  if (tensor === undefined || !isKind(tensor, 'tensor')) throw damaged(path, 'a parameter has no tensor');
  return tensor;
}

/** From the arguments of `_rebuild_tensor`: storage, offset, shape, strides; the type is the seventh in its third version. */
function tensorOf(list: readonly PickleValue[], path: string): TensorValue {
  const [storage, offset, shape, stride, , , ownType] = list;
  if (
    storage === undefined ||
    !isKind(storage, 'storage') ||
    !isWhole(offset) ||
    !isWholeList(shape) ||
    !isWholeList(stride) ||
    shape.length !== stride.length
  )
    throw damaged(path, 'a tensor has no valid storage, offset, shape and strides');
  const type = ownType !== undefined && isKind(ownType, 'name') ? typeOf(ownType.name) : storage.type;
  if (!type) throw damaged(path, 'a tensor has no valid type');
  return { kind: 'tensor', storage, type, offset, shape, stride };
}

/** From a persistent id: the word, class, key, device, number of elements; before PyTorch 0.4 also its place in another storage. */
function storageOf(id: PickleValue, path: string): StorageValue {
  const [word, storageClass, key, , count, view = null] = Array.isArray(id) ? id : [];
  if (word === 'module') throw refused(path, 'a whole network with its program, not only its weights');
  const type =
    storageClass !== undefined && isKind(storageClass, 'name') ? storageTypeOf(storageClass.name) : undefined;
  if (word !== 'storage' || !type || typeof key !== 'string' || !isWhole(count))
    throw damaged(path, 'a storage has no valid class, key and size');
  if (view === null) return { kind: 'storage', key, type, count, first: 0, size: count };
  const [, first, size] = Array.isArray(view) ? view : [];
  if (!isWhole(first) || !isWhole(size) || first + size > count)
    throw damaged(path, `the storage ${describeJson(key)} is a view that ends outside the one it is part of`);
  return { kind: 'storage', key, type, count, first, size };
}

const isWhole = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

const isWholeList = (value: PickleValue | undefined): value is number[] =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every(isWhole);
