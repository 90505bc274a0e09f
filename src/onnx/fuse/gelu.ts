import type { onnx } from 'onnx-proto';
import { contribNode } from '../graph';
import type { GraphView } from './graph-view';

/**
 * The Gaussian error linear unit in its exact form (Hendrycks & Gimpel 2016), with the bias of the linear layer before it:
 *
 *     gelu(x) = x * (erf(x / sqrt 2) + 1) * 0.5
 *     gelu(h + b), b a constant  ->  BiasGelu(h, b)
 *     gelu(x), x anything else   ->  Gelu(x)
 *
 * Returns how many it found.
 */
export function fuseGelu(view: GraphView): number {
  let found = 0;
  for (const error of view.all('Erf')) {
    const pattern = geluAround(view, error);
    if (!pattern) continue;
    const { last, input } = pattern;
    const sum = view.only('Add', input, READERS);
    const [product, bias] = sum?.input ?? [];
    const biased = view.isVector(bias);
    view.replace(
      last,
      biased
        ? contribNode('BiasGelu', [product, bias], last.output!)
        : contribNode('Gelu', [input], last.output!),
    );
    found++;
  }
  return found;
}

/** The quotient and the product read x. */
const READERS = 2;

/** Returns the node that produces the result, and x. */
function geluAround(
  view: GraphView,
  error: onnx.INodeProto,
): { last: onnx.INodeProto; input: string } | undefined {
  const argument = view.only('Div', error.input?.[0]);
  const gate = view.reader('Add', error.output?.[0]);
  const product = view.reader('Mul', gate?.output?.[0]);
  const last = view.reader('Mul', product?.output?.[0]);
  const input = argument?.input?.[0];
  const usual =
    view.scalar(argument?.input?.[1]) === Math.fround(Math.SQRT2) &&
    view.scalar(gate?.input?.[1]) === 1 &&
    view.scalar(last?.input?.[1]) === 0.5;
  return last && input !== undefined && product?.input?.[0] === input && usual ? { last, input } : undefined;
}
