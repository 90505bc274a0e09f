import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { InputError, writeFileAtomically } from '../foundation';
import { readConfiguration, readSafetensors, savedLabels } from '../nn';
import { bertGraph } from './bert-graph';
import { copyCompanions, onnxPath } from './folder';

/**
 * Writes `onnx/model.onnx` from a model folder's `config.json` and `model.safetensors`, and answers its path. Into another
 * folder `out` go the file and what is needed to run it.
 *
 * Throws InputError, and writes nothing, when the folder has no weights, its architecture is not BERT, or weights and
 * configuration do not belong together.
 */
export function exportToOnnx(folder: string, out: string = folder): string {
  const model = encodeAsOnnx(folder);
  copyCompanions(folder, out);
  const path = onnxPath(out, { quantized: false });
  writeFileAtomically(path, model);
  return path;
}

/** The same as bytes, for who wants to run a folder that was never exported. */
export function encodeAsOnnx(folder: string): Uint8Array {
  const configuration = readConfiguration(folder);
  const { type } = configuration.encoder;
  if (type !== 'bert')
    throw new InputError(
      `${folder}: the encoder is of the type "${type}"; only "bert" can be exported so far`,
    );
  const weights = join(folder, 'model.safetensors');
  if (!existsSync(weights)) {
    throw new InputError(`${folder}: has no weights (model.safetensors); name the folder of a trained model`);
  }
  const labels = savedLabels(configuration.scheme).length;
  const model = bertGraph(configuration.encoder, readSafetensors(weights), labels, weights);
  return onnx.ModelProto.encode(model).finish();
}
