import { describeJson } from '../../foundation';
import { damaged, readFully, type StoredTensor } from '../stored-tensor';
import { readPickle } from './pickle';
import { newBudget } from './pickle-machine';
import { isDictionary, isKind, type PickleValue, refused, type StorageValue } from './pickle-values';
import { placeOf, stateDictOf } from './state-dict';
import { LARGEST_PICKLE } from './torch-archive';
import { torchMeanings } from './torch-values';

/** The first two pickles of a file. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const FORMAT = 1001;
/** Bytes of the number of elements before each storage. */
const COUNT_BYTES = 8;

/**
 * Reads the format before PyTorch 1.6: pickles of a magic number, the format's version, the machine, the checkpoint and the keys of
 * its storages; then for each key the number of elements and the elements.
 */
export function readOlderTorch(file: number, fileSize: number, path: string): StoredTensor[] {
  const bytes = Buffer.alloc(Math.min(fileSize, LARGEST_PICKLE));
  readFully(file, bytes, 0);
  const meanings = torchMeanings(path);
  const storages = new Map<string, StorageValue>();
  const remembering = {
    ...meanings,
    persistent(id: PickleValue) {
      const value = meanings.persistent(id);
      if (isKind(value, 'storage')) remember(storages, value, path);
      return value;
    },
  };
  const budget = newBudget();
  let position = 0;
  const next = () => {
    const { value, end } = readPickle(bytes, position, remembering, budget, path);
    position = end;
    return value;
  };
  if (next() !== MAGIC_NUMBER || next() !== FORMAT)
    throw refused(path, 'a pickle that was not written by `torch.save`');
  const machine = next();
  if (!isDictionary(machine) || machine.get('little_endian') !== true)
    throw refused(path, 'numbers in the byte order of another kind of machine');
  const checkpoint = next();
  const starts = startsOf(next(), storages, { file, fileSize, position, path });
  return [...stateDictOf(checkpoint, path)].map(([name, tensor]) => {
    const start = starts.get(tensor.storage.key);
    if (start === undefined) throw damaged(path, `the numbers of ${describeJson(name)} are missing`);
    return placeOf(name, tensor, start, path);
  });
}

/** Tensors that share a storage name it each, with the same size. */
function remember(storages: Map<string, StorageValue>, storage: StorageValue, path: string): void {
  const known = storages.get(storage.key) ?? storage;
  if (known.count * known.type.bytes !== storage.count * storage.type.bytes)
    throw damaged(path, `the storage ${describeJson(storage.key)} has two sizes`);
  storages.set(storage.key, known);
}

/** Returns the position of the first element of each storage. */
function startsOf(
  keys: PickleValue,
  storages: ReadonlyMap<string, StorageValue>,
  { file, fileSize, position, path }: { file: number; fileSize: number; position: number; path: string },
): Map<string, number> {
  const starts = new Map<string, number>();
  if (!Array.isArray(keys)) throw damaged(path, 'it has no list of storages');
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage || starts.has(storage.key))
      throw damaged(path, 'its list of storages names one that no tensor has, or one twice');
    const { count, type } = storage;
    const begin = position + COUNT_BYTES;
    const end = begin + count * type.bytes;
    if (end > fileSize)
      throw damaged(path, `${fileSize} bytes of at least ${end} are there, so it is not complete`);
    const written = Buffer.alloc(COUNT_BYTES);
    readFully(file, written, position);
    if (Number(written.readBigInt64LE()) !== count)
      throw damaged(path, `the storage ${describeJson(key as string)} has two sizes`);
    starts.set(storage.key, begin);
    position = end;
  }
  if (position !== fileSize) throw damaged(path, `its tensors end at byte ${position} of ${fileSize}`);
  return starts;
}
