import { existsSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { readEncoderConfiguration } from '../../nn';
import { copyCompanions, onnxPath, writeExported } from '../folder';
import { withContribDomain } from '../graph';
import { readOnnx, refuseFused, refuseQuantized } from '../rewrite';
import { fuseAttention } from './attention';
import { fuseGelu } from './gelu';
import { GraphView } from './graph-view';
import { fuseLayerNorm } from './layer-norm';

/** Fusions by name; each returns the number of patterns found. */
const FUSERS = { attention: fuseAttention, gelu: fuseGelu, 'layer-norm': fuseLayerNorm };

export type FusedOperator = keyof typeof FUSERS;
export const FUSED_OPERATORS = Object.keys(FUSERS) as FusedOperator[];

/** The fusions that made no model slower (fusing.bench.ts). */
export const DEFAULT_FUSED_OPERATORS: readonly FusedOperator[] = ['attention', 'gelu'];

export interface FuseOptions {
  /** Names of FUSED_OPERATORS; the default is DEFAULT_FUSED_OPERATORS. */
  operators?: readonly string[];
}

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
    throw new InputError(`${folder}: has no onnx/model.onnx to fuse; export the model to ONNX first`);
  }
  const fused = fuseModel(readOnnx(source, encoder), source, options);
  copyCompanions(folder, out);
  return writeExported(out, onnx.ModelProto.encode(fused).finish());
}

/** Returns the model with a fused graph. `source` names the file in messages. */
export function fuseModel(
  model: onnx.ModelProto,
  source: string,
  { operators = DEFAULT_FUSED_OPERATORS }: FuseOptions = {},
): onnx.ModelProto {
  const chosen = chosenOperators(operators);
  // Checked first, since a quantized file may contain operators of both kinds.
  refuseQuantized(model, source, 'fuse the fp32 file first and quantize the result');
  refuseFused(model, source, 'quantize it, or export the model again to start over');
  const view = new GraphView(model.graph!);
  for (const operator of chosen) {
    if (FUSERS[operator](view) > 0) continue;
    throw new InputError(
      `${source}: contains no ${operator} that can be fused; fuse a file that \`falconframes compress export\` wrote`,
    );
  }
  return withContribDomain(onnx.ModelProto.create({ ...model, graph: view.finish() }));
}

function chosenOperators(names: readonly string[]): FusedOperator[] {
  const choices = `choose from ${FUSED_OPERATORS.join(', ')}`;
  const unknown = names.find((name) => !Object.hasOwn(FUSERS, name));
  if (unknown !== undefined)
    throw new InputError(`"${unknown}": no operator of that name can be fused; ${choices}`);
  if (names.length === 0) throw new InputError(`no operator to fuse is named; ${choices}`);
  return FUSED_OPERATORS.filter((operator) => names.includes(operator));
}
