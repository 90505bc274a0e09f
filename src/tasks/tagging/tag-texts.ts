import {
  cutWindows,
  type EncodedText,
  encodeTexts,
  joinWindows,
  outputNames,
  type TagSet,
  type TextInput,
  type TextTokenizer,
  type Threshold,
  type TokenScorer,
} from '../../tokenization';
import { decodeSpans, type ScoredSpan } from './decoding';

/** How a tagger encodes texts, and how its outputs are decoded. */
export interface TaggingOptions extends TagSet {
  maximumLength: number;
  threshold: Threshold;
}

/** A tagged text: its tokens, their logits and the mentions decoded from them. */
export interface TaggedText {
  encoded: EncodedText;
  logits: Float32Array; // [tokens, outputs]
  spans: ScoredSpan[];
}

/** Texts scored at once; enough to form batches of similar length, few enough to fit in memory. */
const TEXTS_AT_ONCE = 2048;

/** Tags texts of any length; `onProgress` is called with the number done. */
export async function tagTexts(
  texts: readonly (string | TextInput)[],
  tokenizer: TextTokenizer,
  score: TokenScorer,
  options: TaggingOptions,
  onProgress: (done: number) => void = () => {},
): Promise<TaggedText[]> {
  const outputs = outputNames(options).length;
  const tagged: TaggedText[] = [];
  for (let start = 0; start < texts.length; start += TEXTS_AT_ONCE) {
    const inputs = texts
      .slice(start, start + TEXTS_AT_ONCE)
      .map((input) => (typeof input === 'string' ? { text: input } : input));
    const encodings = await encodeTexts(inputs, tokenizer, options);
    const windowsOfTexts = encodings.map((encoded) => cutWindows(encoded, tokenizer, options.maximumLength));
    const scored = await score(windowsOfTexts.flat());
    let next = 0;
    encodings.forEach((encoded, index) => {
      const windows = windowsOfTexts[index];
      const logits = joinWindows(windows, scored.slice(next, next + windows.length), outputs);
      next += windows.length;
      tagged.push({ encoded, logits, spans: decodeSpans(encoded, logits, options, options.threshold) });
    });
    onProgress(tagged.length);
  }
  return tagged;
}
