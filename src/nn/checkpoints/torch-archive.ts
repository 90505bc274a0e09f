import { describeJson } from '../../foundation';
import { damaged, readFully, type StoredTensor } from '../stored-tensor';
import { readPickle } from './pickle';
import { newBudget } from './pickle-machine';
import { refused, type StorageValue } from './pickle-values';
import { placeOf, stateDictOf } from './state-dict';
import { torchMeanings } from './torch-values';
import { readZipDirectory, type ZipEntry } from './zip';

/** Bytes that describe the tensors. The largest encoders take some 100 KB, with the state of an optimizer three times that. */
export const LARGEST_PICKLE = 10_000_000;
const ROOT = /^([^/]+)\/data\.pkl$/;

/** Reads a ZIP archive with the entries `NAME/data.pkl`, which describes the tensors, and `NAME/data/KEY` for each storage. */
export function readTorchArchive(file: number, fileSize: number, path: string): StoredTensor[] {
  const entries = readZipDirectory(file, fileSize, path);
  const roots = [...entries.keys()].flatMap((name) => ROOT.exec(name)?.[1] ?? []);
  if (roots.length !== 1)
    throw damaged(path, `it has ${roots.length} entries data.pkl, where weights of PyTorch have one`);
  const [root] = roots;
  const order = entries.get(`${root}/byteorder`);
  if (order && contentOf(file, order, path).toString('latin1') !== 'little')
    throw refused(path, 'numbers in the byte order of another kind of machine');
  const pickle = contentOf(file, entries.get(`${root}/data.pkl`)!, path);
  const { value } = readPickle(pickle, 0, torchMeanings(path), newBudget(), path);
  const startOf = ({ key, count, type }: StorageValue): number => {
    const entry = entries.get(`${root}/data/${key}`);
    if (!entry) throw damaged(path, `the entry ${describeJson(`data/${key}`)} is missing`);
    if (entry.end - entry.begin !== count * type.bytes)
      throw damaged(
        path,
        `the entry ${describeJson(`data/${key}`)} has ${entry.end - entry.begin} bytes instead of ${count * type.bytes}`,
      );
    return entry.begin;
  };
  return [...stateDictOf(value, path)].map(([name, tensor]) =>
    placeOf(name, tensor, startOf(tensor.storage), path),
  );
}

function contentOf(file: number, { name, begin, end }: ZipEntry, path: string): Buffer {
  if (end - begin > LARGEST_PICKLE)
    throw damaged(
      path,
      `the entry ${describeJson(name)} has ${end - begin} bytes, at most ${LARGEST_PICKLE} are read`,
    );
  const bytes = Buffer.alloc(end - begin);
  readFully(file, bytes, begin);
  return bytes;
}
