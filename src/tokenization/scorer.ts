import { areFinite, InputError } from '../foundation';
import type { Window } from './windows';

/**
 * Anything that turns windows into logits: the network in training, an ONNX file in production.
 * One array a window, row-major // [length, outputs], special tokens included, padding and the `O` column left out.
 */
export type TokenScorer = (windows: readonly Window[]) => Promise<Float32Array[]>;

/**
 * The same scorer, which throws if a logit is not finite: comparisons with such a score are meaningless.
 *
 * @param source names the model in the message
 */
export function onlyFinite(score: TokenScorer, source: string): TokenScorer {
  return async (windows) => {
    const scores = await score(windows);
    if (!scores.every(areFinite))
      throw new InputError(
        `${source}: the model gives scores that are not finite (NaN or infinity); its training diverged or the file is damaged, train or fetch the model again`,
      );
    return scores;
  };
}
