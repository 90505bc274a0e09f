import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { withContribDomain } from '../graph';
import { refuseFused, refuseQuantized } from '../rewrite';
import { fuseAttention, hasPositionBias } from './attention';
import { fuseGelu } from './gelu';
import { GraphView } from './graph-view';
import { fuseLayerNorm } from './layer-norm';
import { DEFAULT_FUSED_OPERATORS, FUSED_OPERATORS, type FusedOperator, type FuseOptions } from './operators';

/** Fusions by name; each returns the number of patterns found. */
const FUSERS: Record<FusedOperator, (view: GraphView) => number> = {
  attention: fuseAttention,
  gelu: fuseGelu,
  'layer-norm': fuseLayerNorm,
};

/** Returns the model with a fused graph; by default, attention with a position bias (MPNet) stays as it is. `source` names the file. */
export function fuseModel(
  model: onnx.ModelProto,
  source: string,
  { operators }: FuseOptions = {},
): onnx.ModelProto {
  const chosen = chosenOperators(operators ?? DEFAULT_FUSED_OPERATORS);
  // Checked first, since a quantized file may contain operators of both kinds.
  refuseQuantized(model, source, 'fuse the fp32 file first and quantize the result');
  refuseFused(model, source, 'quantize it, or export the model again to start over');
  const view = new GraphView(model.graph!);
  for (const operator of chosen) {
    if (FUSERS[operator](view) > 0) continue;
    const isBiased = operator === 'attention' && hasPositionBias(view);
    if (isBiased && !operators) continue;
    throw new InputError(
      isBiased
        ? `${source}: its attention has a position bias and cannot be fused, since the fused operator has none in 8 bits; leave "attention" out`
        : `${source}: contains no ${operator} that can be fused; fuse a file that \`falconframes compress export\` wrote`,
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
