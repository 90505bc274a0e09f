import type { EncodedText, Threshold, Tokenizer, TokenScorer } from '../../tokenization';
import { cutWindows, joinWindows, type LabelScheme, outputNames } from '../../tokenization';
import { decodeSpans, type ScoredSpan } from './decoding';

export interface TaggingOptions {
  scheme: LabelScheme;
  maximumLength: number;
  threshold: Threshold;
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
