import type { onnx } from 'onnx-proto';
import { contribNode } from '../graph';
import type { GraphView } from './graph-view';

/**
 * Layer normalization (Ba et al. 2016) of a sum becomes `SkipLayerNormalization`, with the bias of the linear layer before it:
 *
 *     norm((h W + b) + x)               ->  SkipLayerNormalization(h W, x, scale, shift, b)
 *     norm((word + position) + type)    ->  SkipLayerNormalization(word + position, type, scale, shift)
 *
 * ONNX Runtime 1.14 asks for summands of one shape, which positions [length, hidden] are not. So embeddings without token types
 * (DistilBERT, MPNet), or with a single one (RoBERTa), stay as they are.
 *
 * Returns how many it found.
 */
export function fuseLayerNorm(view: GraphView): number {
  let found = 0;
  for (const norm of view.all('LayerNormalization')) {
    const summands = residualSummands(view, norm) ?? embeddingSummands(view, norm);
    if (!summands || !isOfLastAxis(norm)) continue;
    const { input, skip, bias } = summands;
    const [, scale, shift] = norm.input!;
    const inputs = [input, skip, scale, shift, ...(bias === undefined ? [] : [bias])];
    const fused = contribNode('SkipLayerNormalization', inputs, norm.output!);
    view.replace(norm, { ...fused, attribute: norm.attribute?.filter(isEpsilon) });
    found++;
  }
  return found;
}

interface Summands {
  input: string;
  skip: string;
  bias?: string;
}

/** Returns the result of a linear layer, with or without bias, and the residual. */
function residualSummands(view: GraphView, norm: onnx.INodeProto): Summands | undefined {
  const [output, skip] = view.only('Add', norm.input?.[0])?.input ?? [];
  const [product, bias] = view.only('Add', output)?.input ?? [];
  if (view.only('MatMul', product) && view.isVector(bias)) return { input: product, skip, bias };
  return view.only('MatMul', output) ? { input: output, skip } : undefined;
}

/** Returns the embeddings of words and positions, and those of each token's type, both [batch, length, hidden]. */
function embeddingSummands(view: GraphView, norm: onnx.INodeProto): Summands | undefined {
  const [placed, type] = view.only('Add', norm.input?.[0])?.input ?? [];
  const [word, place] = view.only('Add', placed)?.input ?? [];
  const types = view.only('Gather', type);
  const position = view.only('Gather', place);
  const usual = view.only('Gather', word) && view.any('Range', position?.input?.[1]);
  // A constant index selects one row for all tokens.
  if (!usual || !types || view.integers(types.input?.[1])) return undefined;
  return { input: placed, skip: type };
}

/** The only axis that the operator supports, and the default. */
function isOfLastAxis({ attribute }: onnx.INodeProto): boolean {
  return Number(attribute?.find(({ name }) => name === 'axis')?.i ?? -1) === -1;
}

function isEpsilon({ name }: onnx.IAttributeProto): boolean {
  return name === 'epsilon';
}
