import { describeJson, InputError } from '../../foundation';
import { damaged, LONGEST_NAME, type StoredTensor, sizeOf } from '../stored-tensor';
import {
  isDictionary,
  isKind,
  type PickleDictionary,
  type PickleValue,
  type TensorValue,
} from './pickle-values';

/** Where programs that save more than the weights put them: PyTorch Lightning, and training scripts. */
const NESTED = ['state_dict', 'model_state_dict', 'model'];

/**
 * Returns the tensors of a checkpoint by name. They are the entries of the dictionary in its entry `state_dict`, `model_state_dict` or
 * `model`, or if none of these has tensors, its own. Other entries (epochs, options, a loss) are left alone.
 *
 * @throws InputError if there is none, or more than one such dictionary
 */
export function stateDictOf(value: PickleValue, path: string): Map<string, TensorValue> {
  if (!isDictionary(value)) throw useless(path, 'contains no dictionary of tensors');
  const nested = NESTED.flatMap((name) => {
    const inner = value.get(name);
    const found = inner !== undefined && isDictionary(inner) ? tensorsOf(inner, path) : undefined;
    return found?.size ? [{ name, found }] : [];
  });
  if (nested.length === 1) return nested[0].found;
  if (nested.length > 1)
    throw new InputError(
      `${path}: contains tensors both in ${nested.map(({ name }) => `"${name}"`).join(' and in ')}; save only those to be used`,
    );
  const tensors = tensorsOf(value, path);
  if (tensors.size === 0) throw useless(path, 'contains no tensors');
  return tensors;
}

const useless = (path: string, what: string) =>
  new InputError(`${path}: ${what}; name the folder of a model's weights`);

function tensorsOf(dictionary: PickleDictionary, path: string): Map<string, TensorValue> {
  const tensors = new Map<string, TensorValue>();
  for (const [name, value] of dictionary) {
    if (typeof name !== 'string' || !isKind(value, 'tensor')) continue;
    if (name.length > LONGEST_NAME) throw damaged(path, `a tensor has a name of ${name.length} characters`);
    tensors.set(name, value);
  }
  return tensors;
}

/**
 * Returns where a tensor is in its file.
 *
 * @param storageAt position of the first byte of its storage
 */
export function placeOf(name: string, tensor: TensorValue, storageAt: number, path: string): StoredTensor {
  const { storage, type, shape, stride, offset } = tensor;
  const isEmpty = sizeOf(shape) === 0;
  const span = isEmpty ? 0 : shape.reduce((sum, extent, axis) => sum + (extent - 1) * stride[axis], 1);
  const available = storage.size * storage.type.bytes;
  if ((offset + span) * type.bytes > available)
    throw damaged(
      path,
      `${describeJson(name)} of shape [${shape}] ends ${(offset + span) * type.bytes} bytes into its storage of ${available}`,
    );
  const begin = storageAt + storage.first * storage.type.bytes + offset * type.bytes;
  const place = { name, shape, dtype: type.dtype, begin, end: begin + span * type.bytes };
  return isRowMajor(shape, stride) ? place : { ...place, stride };
}

/** The stride of an axis of length 1 is never used. */
function isRowMajor(shape: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1 && stride[axis] !== expected) return sizeOf(shape) === 0;
    expected *= shape[axis];
  }
  return true;
}
