import type { LabelledText } from '../../foundation';
import type { ClassifierConfiguration } from '../../nn';
import { cutWindows, type EncodedText, type Tokenizer, type Window } from '../../tokenization';

/** A text with its target. */
export interface ClassifiedText {
  inputIds: Int32Array; // [length]
  /** If one label applies: its index [1]; if several may: 1 for each that applies and 0 for the others [labels]; -1 is unknown. */
  targets: Int32Array;
}

/** Encodes texts as windows that fit the encoder; longer texts are truncated, as with Python's `truncation=True`. */
export async function encodeWholeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  maximumLength: number,
): Promise<{ encoded: EncodedText[]; windows: Window[]; cut: number }> {
  const encoded = await tokenizer.encode(texts);
  let cut = 0;
  const windows = encoded.map((text) => {
    const [first, ...others] = cutWindows(text, tokenizer, maximumLength);
    if (others.length > 0) cut++;
    return first;
  });
  return { encoded, windows, cut };
}

/**
 * Returns the targets of a text's labels; a label unknown to the classifier has no target, and if one label applies the text is
 * then unknown.
 */
export function targetsOf(
  { labels }: Pick<LabelledText, 'labels'>,
  configuration: Pick<ClassifierConfiguration, 'labels' | 'outcome'>,
): Int32Array {
  return configuration.outcome === 'one'
    ? Int32Array.of(configuration.labels.indexOf(labels[0]))
    : Int32Array.from(configuration.labels, (label) => (labels.includes(label) ? 1 : 0));
}
