import { onnx } from 'onnx-proto';
import { InputError } from '../foundation';
import { encoderParameterShapes, openWeights, readEncoderConfiguration, readHead } from '../nn';
import { encoderGraph } from './encoder-graph';
import { copyCompanions, writeExported } from './folder';

/**
 * Writes `onnx/model.onnx` from a model folder's `config.json` and `model.safetensors`, and answers its path. Into another
 * folder `out` go the file and what is needed to run it. A `model_quantized.onnx` beside it, of an earlier export, goes.
 *
 * Taggers and sequence classifiers of any architecture. Throws InputError, and writes nothing, when the folder has no weights, no such
 * head, or weights and configuration do not belong together.
 */
export function exportToOnnx(folder: string, out: string = folder): string {
  const model = encodeAsOnnx(folder);
  copyCompanions(folder, out);
  return writeExported(out, model);
}

/** The same as bytes, for who wants to run a folder that was never exported. */
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
