import { existsSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { InputError, writeFileAtomically } from '../../foundation';
import { readEncoderConfiguration } from '../../nn';
import { copyCompanions, onnxPath } from '../folder';
import { withContribDomain } from '../graph';
import { readOnnx, refuseFused, refuseQuantized } from '../rewrite';
import { fuseAttention } from './attention';
import { GraphView } from './graph-view';

/**
 * Writes a model folder's `onnx/model.onnx` fused, in its place or into another folder `out` with what is needed to run it,
 * and answers the path. Quantize afterwards: a `model_quantized.onnx` beside it stays what it was.
 *
 * Throws InputError, and writes nothing, when the folder is no model, has no exported file, or the file is damaged, already
 * quantized, already fused, or holds no attention as `exportToOnnx` spells it.
 */
export function fuseFolder(folder: string, out: string = folder): string {
  readEncoderConfiguration(folder); // throws where the folder is no model
  const source = onnxPath(folder, { quantized: false });
  if (!existsSync(source)) {
    throw new InputError(`${folder}: has no onnx/model.onnx to fuse; export the model to ONNX first`);
  }
  const fused = fuseModel(readOnnx(source), source);
  copyCompanions(folder, out);
  const path = onnxPath(out, { quantized: false });
  writeFileAtomically(path, onnx.ModelProto.encode(fused).finish());
  return path;
}

/** The same model with a fused graph. `source` names the file in messages. */
export function fuseModel(model: onnx.ModelProto, source: string): onnx.ModelProto {
  // Asked for first, for a quantized file may hold operators of both kinds.
  refuseQuantized(model, source, 'fuse the fp32 file first and quantize the result');
  refuseFused(model, source, 'quantize it, or export the model again to begin anew');
  const view = new GraphView(model.graph!);
  if (fuseAttention(view) === 0) {
    throw new InputError(
      `${source}: holds no attention that can be fused; fuse a file that \`falconframes compress export\` wrote`,
    );
  }
  return withContribDomain(onnx.ModelProto.create({ ...model, graph: view.finish() }));
}
