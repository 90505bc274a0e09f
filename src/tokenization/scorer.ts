import { areFinite, InputError } from '../foundation';

/**
 * Converts windows to logits: the network in training, an ONNX file in production. One array per window, row-major // [length,
 * outputs], with special tokens, without padding; without the `O` column, except for exclusive tags; for a text classifier
 * [labels].
 */
export type TokenScorer = (windows: readonly { inputIds: Int32Array }[]) => Promise<Float32Array[]>;

/**
 * Wraps a scorer to throw if a logit is not finite: comparisons with such a score are meaningless.
 *
 * @param source names the model in error messages
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
