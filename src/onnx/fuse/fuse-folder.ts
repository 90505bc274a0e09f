import { existsSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { readEncoderConfiguration } from '../../nn';
import { copyCompanions, nothingExported, onnxPath, writeExported } from '../folder';
import { readOnnx } from '../rewrite';
import { fuseModel } from './fuse';
import type { FuseOptions } from './operators';

/**
 * Fuses a model folder's `onnx/model.onnx`, in place or into another folder `out` with the files needed to run it, and returns the
 * path. Quantize afterwards: an existing `model_quantized.onnx` is removed.
 *
 * Throws InputError, and writes nothing, if the folder is not a model, has no exported file, or the file is damaged, already
 * quantized, already fused, or contains none of the requested patterns as written by `exportToOnnx`; or if an operator is unknown.
 */
export function fuseFolder(folder: string, out: string = folder, options: FuseOptions = {}): string {
  const encoder = readEncoderConfiguration(folder);
  const source = onnxPath(folder, { quantized: false });
  if (!existsSync(source)) {
    throw nothingExported(folder, 'fuse');
  }
  const fused = fuseModel(readOnnx(source, encoder), source, options);
  copyCompanions(folder, out);
  return writeExported(out, onnx.ModelProto.encode(fused).finish());
}
