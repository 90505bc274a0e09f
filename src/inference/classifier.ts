import { type LabelOutcome, readClassifierConfiguration } from '../nn';
import { openFolderScorer } from '../onnx';
import { encodeWholeTexts, givenOf, rankLabels, type ScoredLabel } from '../tasks';
import { Tokenizer } from '../tokenization';
import { type OnnxFileOptions, onnxModelOf } from './onnx-file';
import { portionsOf } from './portions';

export interface Classifier {
  /** In the order of the model's outputs. */
  readonly labels: readonly string[];
  /** Whether a text has exactly one label, or any number of labels. */
  readonly outcome: LabelOutcome;
  /** Returns all labels with their probabilities, the most probable first, even for white space. */
  classify(text: string): Promise<ScoredLabel[]>;
  /** Classifies several texts in batches // [texts][labels] */
  classifyTexts(texts: readonly string[]): Promise<ScoredLabel[][]>;
  /** Selects the answer from a text's labels with their probabilities: the most probable, or all above their thresholds. */
  given(ranked: readonly ScoredLabel[]): ScoredLabel[];
  /** Frees the model; the classifier cannot be used afterwards. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Loads a classifier, which returns labels with probabilities from an ONNX file of the folder. If a text has exactly one label, the
 * probabilities add up to 1; otherwise they are independent. If a text is longer than the model's window, only its beginning is read.
 *
 * @example
 * await using classifier = await loadClassifier('runs/banking');
 * await classifier.classify('My card has not arrived yet.');
 * // [{ label: 'card_arrival', score: 0.985 }, { label: 'card_delivery_estimate', score: 0.006 }, …]
 *
 * @throws InputError if the folder is not a text classifier, or the requested file is missing or damaged
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
    for (const some of portionsOf(texts)) {
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
