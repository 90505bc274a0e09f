import { areFinite, InputError } from '../foundation';

/**
 * Anything that turns windows into logits: the network in training, an ONNX file in production.
 * One array per window, row-major // [length, outputs], special tokens included and padding left out; without the `O` column, but for
 * exclusive tags; of a classifier of texts [labels].
 */
export type TokenScorer = (windows: readonly { inputIds: Int32Array }[]) => Promise<Float32Array[]>;

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
