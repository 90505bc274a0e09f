import { byLabel, InputError, type LabelledText } from '../../foundation';
import type { ClassifierConfiguration } from '../../nn';
import type { Tokenizer, TokenScorer } from '../../tokenization';
import { listCounts } from '../label-counts';
import type { LabelScore } from '../label-score';
import { logSoftmax } from '../probabilities';
import { givenLabels, isRight, rankLabels, type ScoredLabel } from './answers';
import { encodeWholeTexts, targetsOf } from './examples';

/** Evaluation of a classifier on labelled texts. */
export interface ClassificationReport {
  texts: number;
  /** Number of texts longer than the classifier reads. */
  cut: number;
  /** Fraction of texts whose predicted labels are exactly right. */
  accuracy: number;
  /** Mean F1 over the labels that texts have or were predicted; a label unknown to the classifier counts as 0. */
  macroF1: number;
  labels: Record<string, LabelScore>;
  /** Texts by gold and predicted label, in the order of `labels`; null if texts may have several // [gold][predicted] */
  confusion: number[][] | null;
  /** Mean cross-entropy over texts, or over texts and labels if texts may have several. */
  loss: number;
  /** Gold labels that the classifier does not know, with the number of texts: never correct. */
  unknown: Record<string, number>;
  /** Per text: gold labels, predicted labels and all probabilities. */
  answers: { gold: string[]; given: string[]; ranked: ScoredLabel[] }[];
}

/** Number of texts encoded at once. */
const AT_ONCE = 2048;

/** Evaluates a classifier on texts. `onProgress` is called with the number done. */
export async function evaluateTexts(
  texts: readonly LabelledText[],
  tokenizer: Tokenizer,
  score: TokenScorer,
  configuration: ClassifierConfiguration,
  onProgress: (done: number) => void = () => {},
): Promise<ClassificationReport> {
  if (texts.length === 0) throw new InputError('there is nothing to evaluate on; give at least one text');
  refuseOtherKind(texts, configuration);
  const logits: Float32Array[] = [];
  let cut = 0;
  for (let start = 0; start < texts.length; start += AT_ONCE) {
    const some = texts.slice(start, start + AT_ONCE).map(({ text }) => text);
    const encoded = await encodeWholeTexts(some, tokenizer, configuration.maximumLength);
    cut += encoded.cut;
    logits.push(...(await score(encoded.windows)));
    onProgress(logits.length);
  }
  return { cut, ...scoreTexts(texts, logits, configuration) };
}

/** Computes the report from logits, or from log-probabilities if one label applies // [texts][labels] */
export function scoreTexts(
  texts: readonly LabelledText[],
  logits: readonly Float32Array[],
  configuration: Pick<ClassifierConfiguration, 'labels' | 'outcome' | 'threshold'>,
): Omit<ClassificationReport, 'cut'> {
  const { labels, outcome } = configuration;
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  const counts = labels.map(() => ({ right: 0, given: 0, gold: 0 }));
  const confusion = outcome === 'one' ? labels.map(() => new Array<number>(labels.length).fill(0)) : null;
  const unknown: string[] = [];
  let [right, loss, known] = [0, 0, 0];
  const answers = texts.map(({ labels: gold }, index) => {
    const given = givenLabels(logits[index], configuration);
    for (const label of given) counts[numberOf.get(label)!].given++;
    for (const label of gold) {
      const number = numberOf.get(label);
      if (number === undefined) {
        unknown.push(label);
        continue;
      }
      counts[number].gold++;
      if (given.includes(label)) counts[number].right++;
      if (confusion) confusion[number][numberOf.get(given[0])!]++;
    }
    if (isRight({ gold, given })) right++;
    const own = lossOf(logits[index], targetsOf({ labels: gold }, configuration), outcome);
    loss += own.sum;
    known += own.count;
    return { gold, given, ranked: rankLabels(logits[index], configuration) };
  });
  const scores = counts.map(labelScore);
  const occurring = scores.filter((_, index) => counts[index].gold + counts[index].given > 0);
  const unknownCounts = listCounts(unknown);
  return {
    texts: texts.length,
    accuracy: right / texts.length,
    macroF1:
      occurring.reduce((sum, { f1 }) => sum + (f1 ?? 0), 0) /
      Math.max(occurring.length + unknownCounts.size, 1),
    labels: byLabel(labels, (_, index) => scores[index]),
    confusion,
    loss: loss / Math.max(known, 1),
    unknown: Object.fromEntries(unknownCounts),
    answers,
  };
}

function labelScore({ right, given, gold }: { right: number; given: number; gold: number }): LabelScore {
  return {
    truePositives: right,
    falsePositives: given - right,
    falseNegatives: gold - right,
    precision: given === 0 ? null : right / given,
    recall: gold === 0 ? null : right / gold,
    f1: gold + given === 0 ? null : (2 * right) / (gold + given),
    support: gold,
  };
}

function lossOf(
  logits: Float32Array,
  targets: Int32Array,
  outcome: ClassifierConfiguration['outcome'],
): { sum: number; count: number } {
  if (outcome === 'one') {
    const [target] = targets;
    return target < 0 ? { sum: 0, count: 0 } : { sum: -logSoftmax(logits)[target], count: 1 };
  }
  const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  const sum = logits.reduce((rest, z, label) => rest + softplus(z) - z * targets[label], 0);
  return { sum, count: logits.length };
}

/** @throws InputError if the texts have several labels and the classifier predicts one, or the reverse */
function refuseOtherKind(texts: readonly LabelledText[], { outcome }: ClassifierConfiguration): void {
  const several = texts.find((text) => text.several);
  if (several && outcome === 'one')
    throw new InputError(
      'the texts have lists of labels ("labels"), but the classifier gives each text one label; give texts with a "label"',
    );
}
