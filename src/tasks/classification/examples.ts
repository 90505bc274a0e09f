import type { LabelledText } from '../../foundation';
import type { ClassifierConfiguration } from '../../nn';
import { cutWindows, type Tokenizer } from '../../tokenization';

/** A text with what it is. */
export interface ClassifiedText {
  inputIds: Int32Array; // [length]
  /** With one label of many: its number [1]; with several: 1 for each that holds and 0 for each that does not [labels]; -1 is unknown. */
  targets: Int32Array;
}

/** Texts as windows that fit the encoder; what lies behind is not read, as in Python's `truncation=True`. */
export async function encodeWholeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  maximumLength: number,
): Promise<{ windows: { inputIds: Int32Array }[]; cut: number }> {
  const encoded = await tokenizer.encode(texts);
  let cut = 0;
  const windows = encoded.map((text) => {
    const [first, ...others] = cutWindows(text, tokenizer, maximumLength);
    if (others.length > 0) cut++;
    return first;
  });
  return { windows, cut };
}

/** The targets of a text's labels; a label that the classifier does not have is no target, and with one of many nothing is known. */
export function targetsOf(
  { labels }: Pick<LabelledText, 'labels'>,
  configuration: Pick<ClassifierConfiguration, 'labels' | 'outcome'>,
): Int32Array {
  return configuration.outcome === 'one'
    ? Int32Array.of(configuration.labels.indexOf(labels[0]))
    : Int32Array.from(configuration.labels, (label) => (labels.includes(label) ? 1 : 0));
}
