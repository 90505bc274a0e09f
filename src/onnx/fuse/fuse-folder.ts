import { existsSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { readEncoderConfiguration } from '../../nn';
import { copyCompanions, onnxPath, writeExported } from '../folder';
import { readOnnx } from '../rewrite';
import { fuseModel } from './fuse';
import type { FuseOptions } from './operators';

/**
 * Writes a model folder's `onnx/model.onnx` fused, in its place or into another folder `out` with what is needed to run it,
 * and answers the path. Quantize afterwards: a `model_quantized.onnx` beside it goes.
 *
 * Throws InputError, and writes nothing, when the folder is no model, has no exported file, or the file is damaged, already
 * quantized, already fused, or holds nothing of what is to be fused as `exportToOnnx` spells it; when an operator is unknown.
 */
export function fuseFolder(folder: string, out: string = folder, options: FuseOptions = {}): string {
  const encoder = readEncoderConfiguration(folder);
  const source = onnxPath(folder, { quantized: false });
  if (!existsSync(source)) {
    throw new InputError(`${folder}: has no onnx/model.onnx to fuse; export the model to ONNX first`);
  }
  const fused = fuseModel(readOnnx(source, encoder), source, options);
  copyCompanions(folder, out);
  return writeExported(out, onnx.ModelProto.encode(fused).finish());
}
