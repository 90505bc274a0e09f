import { InputError, kindOfContent } from '../../foundation';
import { openingOf, type StoredTensor, withFile } from '../stored-tensor';
import { readTorchArchive } from './torch-archive';
import { readOlderTorch } from './torch-older';

/**
 * Returns the tensors in a file written by PyTorch's `torch.save`, in its ZIP format (since version 1.6) or the older one
 * (torch/serialization.py). Nothing is run: see `readPickle`.
 *
 * @throws InputError for a file that is damaged or incomplete, or that contains anything but tensors and plain data
 */
export function readTorchHeader(path: string): StoredTensor[] {
  return withFile(path, (file) => {
    const { size, start } = openingOf(file, path);
    const opening = Buffer.from(start);
    if (opening.toString('latin1', 0, 4) === 'PK\x03\x04') return readTorchArchive(file, size, path);
    if (opening[0] === 0x80) return readOlderTorch(file, size, path);
    const isText = ['text', 'json-object', 'json-array'].includes(kindOfContent(opening)) && size > 0;
    throw new InputError(
      `${path}: ${isText ? 'is text instead of' : 'does not contain'} weights of PyTorch; fetch the file again`,
    );
  });
}
