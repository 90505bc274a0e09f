import { existsSync } from 'node:fs';
import { InputError } from '../foundation';
import { hasWeights } from '../nn';
import { encodeAsOnnx, onnxPath } from '../onnx';

export interface OnnxFileOptions {
  /** True for the int8 file, false for fp32; default: int8 if the folder has it. */
  quantized?: boolean;
  /** Threads of ONNX Runtime; default: one per core. */
  threads?: number;
}

/** Returns the path of the file to run: int8 if the folder has it and nothing else is requested. It need not exist. */
export function onnxFileOf(folder: string, quantized?: boolean): string {
  const int8 = onnxPath(folder, { quantized: true });
  return (quantized ?? existsSync(int8)) ? int8 : onnxPath(folder, { quantized: false });
}

/**
 * Returns the file to run, or the bytes of an export for a folder without ONNX files.
 *
 * @throws InputError for 32-bit floats, if the folder has eight-bit weights only
 */
export function onnxModelOf(folder: string, quantized?: boolean): string | Uint8Array {
  const path = onnxFileOf(folder, quantized);
  if (quantized === false && !existsSync(path) && !hasWeights(folder) && existsSync(onnxFileOf(folder)))
    throw new InputError(
      `${folder}: has eight-bit weights only, so it does not run in 32-bit floats; leave out --precision fp32`,
    );
  return quantized || existsSync(path) ? path : encodeAsOnnx(folder);
}
