import { type LabelOutcome, readClassifierConfiguration } from '../nn';
import { openFolderScorer } from '../onnx';
import { encodeWholeTexts, givenOf, rankLabels, type ScoredLabel } from '../tasks';
import { Tokenizer } from '../tokenization';
import { type OnnxFileOptions, onnxModelOf } from './onnx-file';

export interface Classifier {
  /** In the order of the model's outputs. */
  readonly labels: readonly string[];
  /** Whether a text has one of the labels, or several of them and perhaps none. */
  readonly outcome: LabelOutcome;
  /** All labels with their probabilities, the most probable first. A text of white space has probabilities as well. */
  classify(text: string): Promise<ScoredLabel[]>;
  /** The same of several texts, which share the runtime's calls // [texts][labels] */
  classifyTexts(texts: readonly string[]): Promise<ScoredLabel[][]>;
  /** What the classifier says, of a text's labels with their probabilities: the most probable, or every one above its threshold. */
  given(ranked: readonly ScoredLabel[]): ScoredLabel[];
  /** Releases the model's memory; nothing can be classified after. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Texts, and code units in them, whose tokens and logits are in memory at once. */
const TEXTS_AT_ONCE = 2048;
const CODE_UNITS_AT_ONCE = 1 << 19;

/**
 * Text in, labels with probabilities out, on an ONNX file of the folder. Where a text has one label of many, the probabilities add up to 1;
 * where it may have several, each stands alone. Of a text that is longer than the model's window, the beginning is read.
 *
 * @example
 * await using classifier = await loadClassifier('runs/banking');
 * await classifier.classify('My card has not arrived yet.');
 * // [{ label: 'card_arrival', score: 0.985 }, { label: 'card_delivery_estimate', score: 0.006 }, …]
 *
 * @throws InputError when the folder holds no classifier of texts, lacks the file asked for, or that is damaged
 */
export async function loadClassifier(
  folder: string,
  { quantized, threads }: OnnxFileOptions = {},
): Promise<Classifier> {
  const configuration = readClassifierConfiguration(folder);
  const tokenizer = new Tokenizer(folder);
  const { score, dispose } = await openFolderScorer(folder, onnxModelOf(folder, quantized), { threads });

  async function classifyTexts(texts: readonly string[]): Promise<ScoredLabel[][]> {
    const ranked: ScoredLabel[][] = [];
    for (let start = 0, end = 0; start < texts.length; start = end) {
      let units = 0;
      while (end < texts.length && end - start < TEXTS_AT_ONCE && units < CODE_UNITS_AT_ONCE)
        units += texts[end++].length;
      const some = texts.slice(start, end);
      const { windows } = await encodeWholeTexts(some, tokenizer, configuration.maximumLength);
      for (const logits of await score(windows)) ranked.push(rankLabels(logits, configuration));
    }
    return ranked;
  }

  return {
    labels: configuration.labels,
    outcome: configuration.outcome,
    given: (ranked) => givenOf(ranked, configuration),
    classifyTexts,
    classify: async (text) => (await classifyTexts([text]))[0],
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
