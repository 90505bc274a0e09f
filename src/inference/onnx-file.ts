import { existsSync } from 'node:fs';
import { encodeAsOnnx, onnxPath } from '../onnx';

export interface OnnxFileOptions {
  /** True asks for the int8 file, false for fp32; the default is int8 where the folder has it. */
  quantized?: boolean;
  /** Threads of ONNX Runtime; the default is one per core. */
  threads?: number;
}

/** The file that is run: int8 where the folder has it and nothing else is asked for. It need not exist. */
export function onnxFileOf(folder: string, quantized?: boolean): string {
  const int8 = onnxPath(folder, { quantized: true });
  return (quantized ?? existsSync(int8)) ? int8 : onnxPath(folder, { quantized: false });
}

/** The file to run, or the bytes of one for a folder that was trained and not exported. */
export function onnxModelOf(folder: string, quantized?: boolean): string | Uint8Array {
  const path = onnxFileOf(folder, quantized);
  return quantized || existsSync(path) ? path : encodeAsOnnx(folder);
}
