import { areFinite, InputError } from '../foundation';
import { decodeSpans, type ScoredSpan } from './decoding';
import { type LabelScheme, outputNames } from './labels';
import type { Threshold } from './threshold';
import type { EncodedText, Tokenizer } from './tokenizer';
import { cutWindows, joinWindows, type Window } from './windows';

/**
 * Anything that turns windows into logits: the network in training, an ONNX file in production.
 * One array a window, row-major // [length, outputs], special tokens included, padding and the `O` column left out.
 */
export type TokenScorer = (windows: readonly Window[]) => Promise<Float32Array[]>;

export interface TaggingOptions {
  scheme: LabelScheme;
  maximumLength: number;
  threshold: Threshold;
}

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

/** A text as the model saw it: its tokens, their logits and the mentions decoded from them. */
export interface TaggedText {
  encoded: EncodedText;
  logits: Float32Array; // [tokens, outputs]
  spans: ScoredSpan[];
}

/** Texts scored at once; enough to form batches of similar length, few enough to hold in memory. */
const TEXTS_AT_ONCE = 2048;

/** Tags texts of any length; `onProgress` is called with the number that are done. */
export async function tagTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: TaggingOptions,
  onProgress: (done: number) => void = () => {},
): Promise<TaggedText[]> {
  const outputs = outputNames(options.scheme).length;
  const tagged: TaggedText[] = [];
  for (let start = 0; start < texts.length; start += TEXTS_AT_ONCE) {
    const encodings = await tokenizer.encode(texts.slice(start, start + TEXTS_AT_ONCE));
    const windowsOfTexts = encodings.map((encoded) => cutWindows(encoded, tokenizer, options.maximumLength));
    const scored = await score(windowsOfTexts.flat());
    let next = 0;
    encodings.forEach((encoded, index) => {
      const windows = windowsOfTexts[index];
      const logits = joinWindows(windows, scored.slice(next, next + windows.length), outputs);
      next += windows.length;
      tagged.push({
        encoded,
        logits,
        spans: decodeSpans(encoded, logits, options.scheme, options.threshold),
      });
    });
    onProgress(tagged.length);
  }
  return tagged;
}
