import { InputError, type LabelledText } from '../../foundation';
import { type ClassificationReport, classificationTask, scoreTexts } from '../../tasks';

/** A simple classifier with one label per text, which a fine-tuned network has to beat. */
export interface Baseline {
  /** In order of first appearance in the training texts, as in a fine-tuned classifier. */
  readonly labels: readonly string[];
  /** Log-probabilities of the labels // [texts][labels] */
  score(texts: readonly string[]): Float32Array[];
}

/**
 * Evaluates a baseline on texts, with the scores that `evaluateTexts` gives for a network.
 *
 * @example
 * const { accuracy, macroF1 } = scoreBaseline(trainTfidf(train), test); // 0.982, 0.969
 *
 * @throws InputError if there are no texts, or texts have several labels
 */
export function scoreBaseline(
  { labels, score }: Baseline,
  texts: readonly LabelledText[],
): Omit<ClassificationReport, 'cut'> {
  refuseUnusable(texts);
  const scores = score(texts.map(({ text }) => text));
  return scoreTexts(texts, scores, { labels, outcome: 'one', threshold: 0.5 });
}

/** Training texts with the index of each text's label. */
export interface TrainingTexts {
  labels: string[];
  texts: string[];
  gold: Int32Array; // [texts]
}

/** @throws InputError if there are no texts, or texts have several labels */
export function trainingTexts(texts: readonly LabelledText[]): TrainingTexts {
  refuseUnusable(texts);
  const labels = classificationTask.labelsOf(texts);
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  return {
    labels,
    texts: texts.map(({ text }) => text),
    gold: Int32Array.from(texts, ({ labels: [label] }) => numberOf.get(label)!),
  };
}

function refuseUnusable(texts: readonly LabelledText[]): void {
  if (texts.length === 0) throw new InputError('a baseline needs at least one text; give labelled texts');
  if (texts.some(({ several }) => several))
    throw new InputError(
      'the texts have lists of labels ("labels"), but a baseline gives each text one label; give texts with a "label"',
    );
}

/** Share of each label among the training texts, always above 0 // [labels] */
export function labelShares({ labels, gold }: TrainingTexts): Float64Array {
  const shares = new Float64Array(labels.length);
  for (const label of gold) shares[label] += 1 / gold.length;
  return shares;
}
