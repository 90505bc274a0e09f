import { existsSync } from 'node:fs';
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

/** Returns the file to run, or the bytes of an export for a folder without ONNX files. */
export function onnxModelOf(folder: string, quantized?: boolean): string | Uint8Array {
  const path = onnxFileOf(folder, quantized);
  return quantized || existsSync(path) ? path : encodeAsOnnx(folder);
}
