import { counted, InputError, type LabelledText, readLabelledTexts } from '../../foundation';
import { type ClassifierConfiguration, readClassifierConfiguration, SequenceClassifier } from '../../nn';
import { listCounts } from '../label-counts';
import type { LossOptions } from '../losses';
import type { Objective } from '../objective';
import { objectiveOf } from '../objective-of';
import type { Task } from '../task';
import { evaluateTexts } from './evaluate';
import { type ClassifiedText, encodeWholeTexts, targetsOf } from './examples';
import { classificationLoss, weightOf } from './loss';

/** A labelled text, or an unlabelled one. */
export type ClassifiedItem = LabelledText & { unknown?: boolean };

/** Classifies texts: one label per text, or several, predicted from the first token. */
export const classificationTask: Task<ClassifiedItem, ClassifiedText, SequenceClassifier> = {
  name: 'classification',
  items: 'texts',
  rows: 'text',
  read: readLabelledTexts,
  labelsOf: (texts) => [...new Set(texts.flatMap(({ labels }) => labels))],
  countLabels,
  check(texts, labels, { loss }, place) {
    refuseMixture(texts, place);
    if (loss !== 'bce' && loss !== 'cross_entropy')
      throw new InputError(
        `${place}: the loss "${loss}" is not available for labelled texts; leave "loss" out`,
      );
    if (labels.length === 0)
      throw new InputError(
        `${place}: no text has a label, so there is nothing to learn; give texts with labels`,
      );
    if (labels.length === 1 && !texts[0].several)
      throw new InputError(
        `${place}: all texts have the label "${labels[0]}", so there is nothing to tell apart; give texts with at least two labels`,
      );
    const counts = countLabels(texts);
    return labels.flatMap((label) =>
      counts.has(label) ? [] : `${label}: no text has it: the model will never predict it`,
    );
  },
  vary: () => [],
  unlabelled: (text) => (text.trim() === '' ? [] : [{ text, labels: [], several: false, unknown: true }]),
  create(encoder, labels, texts, { maximumLength, threshold, seed }) {
    const outcome = texts[0].several ? 'several' : 'one';
    return SequenceClassifier.fromEncoder(encoder, { labels, outcome, maximumLength, threshold }, seed);
  },
  createLike: (encoder, configuration, seed) =>
    SequenceClassifier.fromEncoder(encoder, configuration as ClassifierConfiguration, seed),
  load: (folder) => SequenceClassifier.load(folder),
  readConfiguration: readClassifierConfiguration,
  build: (configuration, source, tensors) =>
    new SequenceClassifier(configuration as ClassifierConfiguration, source, tensors),
  async encode(texts, tokenizer, { maximumLength }) {
    const given = texts.map(({ text }) => text);
    const { encoded, windows } = await encodeWholeTexts(given, tokenizer, maximumLength);
    return windows.map((window, index) => ({ encoded: encoded[index], windows: [window] }));
  },
  tagSet: () => undefined,
  async prepare(texts, tokenizer, { configuration }) {
    const { windows, cut } = await encodeWholeTexts(
      texts.map(({ text }) => text),
      tokenizer,
      configuration.maximumLength,
    );
    return {
      examples: windows.map(({ inputIds }, index) => ({
        inputIds,
        targets: texts[index].unknown
          ? targetsOf(texts[index], configuration).fill(-1)
          : targetsOf(texts[index], configuration),
      })),
      notices:
        cut > 0
          ? [
              `only the first ${configuration.maximumLength} tokens of ${counted(cut, 'text')} are read: the rest exceeds "maximumLength"`,
            ]
          : [],
    };
  },
  loss(options, configuration) {
    const own = lossOptions(options, configuration as ClassifierConfiguration);
    return (logits, examples, { overAll } = { overAll: false }) =>
      classificationLoss(
        logits,
        examples,
        overAll ? { ...own, total: examples.length * (own.outcome === 'one' ? 1 : own.weights.length) } : own,
      );
  },
  weight(examples, configuration, options) {
    const own = lossOptions(options, configuration as ClassifierConfiguration);
    return examples.reduce((sum, { targets }) => sum + weightOf(targets, own), 0);
  },
  groups: (_, configuration) =>
    (configuration as ClassifierConfiguration).outcome === 'one'
      ? { size: configuration.labels.length, outside: false }
      : { size: 1, outside: true },
  judge(texts, tokenizer, { configuration }) {
    if (texts.length === 0)
      throw new InputError(
        'there is no text to evaluate the classifier on; give "dev" texts that are not used for training',
      );
    return async ({ score }) => {
      const { loss, accuracy, macroF1, labels } = await evaluateTexts(texts, tokenizer, score, configuration);
      const f1 = Object.fromEntries(Object.entries(labels).map(([label, own]) => [label, own.f1]));
      return { loss, score: macroF1, accuracy, f1 };
    };
  },
};

/** Trains a classifier on labelled texts. */
export const classificationObjective = (
  model: SequenceClassifier,
  options: LossOptions,
): Objective<ClassifiedText> => objectiveOf(classificationTask, model, options);

const lossOptions = (
  { labelSmoothing, classWeights }: LossOptions,
  configuration: ClassifierConfiguration,
) => {
  const weightOf = new Map(Object.entries(classWeights));
  return {
    outcome: configuration.outcome,
    labelSmoothing,
    weights: configuration.labels.map((label) => weightOf.get(label) ?? 1),
  };
};

function countLabels(texts: readonly LabelledText[]): Map<string, number> {
  return listCounts(texts.flatMap(({ labels }) => labels));
}

function refuseMixture(texts: readonly LabelledText[], place: string): void {
  if (texts.some(({ several }) => several !== texts[0].several))
    throw new InputError(
      `${place}: some texts have one "label" and others a list of "labels"; use one of the two in all files`,
    );
}
