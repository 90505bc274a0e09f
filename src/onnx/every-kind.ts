import { join } from 'node:path';
import { onnxPath } from './folder';
import { fuseFolder } from './fuse/fuse-folder';
import { CALIBRATION_METHODS } from './quantize/calibration';
import { quantizeFolder, quantizeFolderStatically } from './quantize/quantize';

/** One way of storing the weights of a model, as a folder that runs. */
export interface QuantizedKind {
  name: string;
  folder: string;
  /** The file to run, relative to the folder. */
  file: string;
}

/**
 * Quantizes an exported model in every way that the library knows: fp16; 8 bits with a scale per column or per matrix, with embeddings in fp32, with fused
 * attention; 8 bits for activations as well, with ranges found in advance in three ways; 4 bits.
 *
 * @param plain folder with `onnx/model.onnx` @param out folder for one folder per kind
 * @param texts from which static kinds take the ranges of activations
 * @returns the model as it is, then the kinds
 */
export async function quantizeEveryKind(
  plain: string,
  out: string,
  texts: readonly string[],
): Promise<QuantizedKind[]> {
  const kinds: QuantizedKind[] = [{ name: 'fp32', folder: plain, file: onnxPath('.', { quantized: false }) }];
  const add = async (name: string, make: (folder: string) => unknown) => {
    const folder = join(out, name.replaceAll(' ', '-'));
    await make(folder);
    kinds.push({ name, folder, file: onnxPath('.', { quantized: true }) });
  };
  await add('fp16 storage', (folder) => quantizeFolder(plain, folder, { kind: 'fp16' }));
  await add('int8, a scale per column', (folder) => quantizeFolder(plain, folder));
  await add('int8, a scale per matrix', (folder) => quantizeFolder(plain, folder, { perTensor: true }));
  await add('int8, embeddings in fp32', (folder) => quantizeFolder(plain, folder, { keepEmbeddings: true }));
  await add('int8, attention fused', (folder) => {
    fuseFolder(plain, folder, { operators: ['attention'] });
    quantizeFolder(folder);
  });
  for (const method of CALIBRATION_METHODS)
    await add(`int8, static, ${method}`, (folder) =>
      quantizeFolderStatically(plain, folder, { texts, method }),
    );
  await add('4-bit weights', (folder) => quantizeFolder(plain, folder, { kind: '4-bit' }));
  return kinds;
}
