import { onnx } from 'onnx-proto';
import { InputError } from '../foundation';
import { encoderParameterShapes, openWeights, readEncoderConfiguration, readHead } from '../nn';
import { encoderGraph } from './encoder-graph';
import { copyCompanions, writeExported } from './folder';

/**
 * Writes `onnx/model.onnx` from a model folder's `config.json` and weights, and returns its path. With another folder
 * `out`, also copies the files needed to run it. Removes a `model_quantized.onnx` of an earlier export.
 *
 * Supports taggers and sequence classifiers of any architecture. Throws InputError, and writes nothing, if the folder has no
 * weights or no such head, or if weights and configuration do not match.
 */
export function exportToOnnx(folder: string, out: string = folder): string {
  const model = encodeAsOnnx(folder);
  copyCompanions(folder, out);
  return writeExported(out, model);
}

/** The same as bytes, to run a folder that was never exported. */
export function encodeAsOnnx(folder: string): Uint8Array {
  const encoder = readEncoderConfiguration(folder);
  const head = readHead(folder);
  if (head.kind === 'vocabulary')
    throw new InputError(
      `${folder}: is a masked language model; export a tagger or a classifier that was trained from it`,
    );
  const weights = openWeights(folder);
  // Before any tensor is read, which may be large.
  for (const name of encoderParameterShapes(encoder).keys())
    if (!weights.shapeOf(name))
      throw new InputError(`${weights.path}: has no tensor "${name}"; export a folder saved by training`);
  const model = encoderGraph(encoder, head, weights, weights.path);
  return onnx.ModelProto.encode(model).finish();
}
