import { InputError } from '../../foundation';
import {
  type DeviceTensor,
  download,
  kernels,
  type LabelOutcome,
  Model,
  padBatch,
  Tape,
  type Tensor,
  tidy,
  upload,
} from '../../nn';
import { binaryCrossEntropy, type Loss, lossOnTape } from '../losses';
import type { Evaluation, Objective } from '../objective';

/** A text with what it is, or what each of its tokens is. */
export interface ClassifiedExample {
  inputIds: Int32Array; // [length]
  /**
   * With one outcome of many: the number of the right label, of the sequence [1] or of each token [length]; -1 where it is not known or
   * does not count. With several: 1 for each label that holds, 0 for each that does not, -1 where it is not known // [labels]
   */
  targets: Int32Array;
}

export interface ClassificationOptions {
  /** Several labels at once are of sequences only. */
  outcome: LabelOutcome;
  /** Share of each target that is spread over all outcomes. */
  labelSmoothing: number;
  /** Factor of each label in the loss, in the order of the head's labels; null for 1 everywhere. */
  classWeights: readonly number[] | null;
}

export interface ClassificationEvaluation extends Evaluation {
  /** Share of right answers: of sequences or tokens, with several outcomes of single yes or no. */
  accuracy: number;
  /** Mean F1 of the labels that occur or were given; `score` is the same. */
  macroF1: number;
}

/**
 * Teaches a network with a head for sequences or tokens to tell labels apart. The loss is PyTorch's `CrossEntropyLoss` or
 * `BCEWithLogitsLoss` with class weights as factors of the mean; label smoothing after Szegedy et al. 2016, arXiv:1512.00567.
 *
 * @param tokenizer folder whose tokenizer goes with the model
 * @throws InputError where head and options do not go together
 */
export function classificationObjective(
  model: Model,
  options: ClassificationOptions,
  tokenizer: string,
): Objective<ClassifiedExample> {
  const labels = checkOptions(model, options);
  return {
    parameters: model.parameters,
    layers: model.encoder.layers,
    description: { encoder: model.encoder, head: model.head, options },
    save: (folder) => model.save(folder, tokenizer, options.outcome),
    reload: (folder) => model.reload(folder),
    weight: (examples) => examples.reduce((sum, { targets }) => sum + weightOf(targets, options), 0),
    blueprint: {
      module: __filename,
      export: remakeClassificationObjective.name,
      arguments: [model.encoder, model.head, options, tokenizer],
    },
    loss(tape, weights, examples) {
      const logits = model.logits(tape, weights, padBatch(examples)); // [batch or batch * length, labels]
      const rows = targetRows(examples, model, labels, options);
      return lossOnTape(tape, logits, () => classificationLoss(logits, rows, options));
    },
  };
}

/** The task again, in another process. */
export function remakeClassificationObjective(
  parameters: ReadonlyMap<string, Tensor>,
  encoder: Model['encoder'],
  head: Model['head'],
  options: ClassificationOptions,
  tokenizer: string,
): Objective<ClassifiedExample> {
  return classificationObjective(new Model(encoder, head, parameters), options, tokenizer);
}

/** How many labels the head has. */
function checkOptions(
  { head }: Model,
  { outcome, labelSmoothing, classWeights }: ClassificationOptions,
): number {
  if (head.kind === 'vocabulary')
    throw new InputError(
      'a head that guesses words has no labels to learn; give the model one for sequences or tokens',
    );
  const { labels } = head;
  if (labels.length === 0 || new Set(labels).size < labels.length)
    throw new InputError(`the labels are ${JSON.stringify(labels)}; give at least one, each once`);
  if (head.kind === 'tokens' && outcome === 'several')
    throw new InputError(
      'several labels of one token are learned by a tagger; choose the outcome "one" here',
    );
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new InputError(`a label smoothing of ${labelSmoothing} is no share; choose 0 or a little more`);
  if (classWeights && classWeights.length !== labels.length)
    throw new InputError(
      `${classWeights.length} class weights do not fit ${labels.length} labels; give one for each label`,
    );
  if (classWeights && !classWeights.every((weight) => weight > 0 && weight < Number.POSITIVE_INFINITY))
    throw new InputError(`the class weights are ${classWeights.join(', ')}; each must be a number above 0`);
  return labels.length;
}

/** What targets, of an example or of a batch, count in the mean. */
function weightOf(targets: Int32Array, { outcome, classWeights }: ClassificationOptions): number {
  if (!classWeights) return targets.reduce((count, target) => count + (target < 0 ? 0 : 1), 0);
  return targets.reduce((sum, target, place) => {
    if (target < 0) return sum;
    return sum + classWeights[outcome === 'one' ? target : place % classWeights.length];
  }, 0);
}

/** The targets of a padded batch, row by row as the logits stand; padding is unknown // [rows] or, with several outcomes, [rows, labels] */
function targetRows(
  examples: readonly ClassifiedExample[],
  { head }: Model,
  labels: number,
  { outcome }: ClassificationOptions,
): Int32Array {
  const length = Math.max(...examples.map(({ inputIds }) => inputIds.length));
  const perExample = head.kind === 'tokens' ? length : outcome === 'one' ? 1 : labels;
  const rows = new Int32Array(examples.length * perExample).fill(-1);
  examples.forEach(({ inputIds, targets }, row) => {
    const expected = head.kind === 'tokens' ? inputIds.length : perExample;
    if (targets.length !== expected)
      throw new InputError(
        `an example has ${targets.length} targets in place of ${expected}; give one for each`,
      );
    const wrong = targets.find((target) => target < -1 || target >= (outcome === 'one' ? labels : 2));
    if (wrong !== undefined)
      throw new InputError(
        `an example has the target ${wrong}, which is outside the ${outcome === 'one' ? `${labels} labels` : 'choice of 0 and 1'}; number them from 0`,
      );
    rows.set(targets, row * perExample);
  });
  return rows;
}

/** Mean loss over what is known // logits [rows, labels] */
export function classificationLoss(
  logits: DeviceTensor,
  targets: Int32Array,
  options: ClassificationOptions,
): Loss {
  const [rows, labels] = logits.shape;
  const { outcome, labelSmoothing, classWeights } = options;
  const weight = (label: number) => classWeights?.[label] ?? 1;
  const total = weightOf(targets, options) || 1;
  if (outcome === 'several') {
    const soft = Float32Array.from(
      targets,
      (one) => Math.max(one, 0) * (1 - labelSmoothing) + labelSmoothing / 2,
    );
    const share = Float32Array.from(targets, (one, place) => (one < 0 ? 0 : weight(place % labels) / total));
    return binaryCrossEntropy(logits, upload(soft, [rows, labels]), upload(share, [rows, labels]));
  }
  // Each row's targets, spread, weighted by label and by the row's share in the mean; and what each row adds up to.
  const weighted = new Float32Array(rows * labels);
  const sums = new Float32Array(rows);
  targets.forEach((target, row) => {
    if (target < 0) return;
    for (let label = 0; label < labels; label++) {
      const share = (label === target ? 1 - labelSmoothing : 0) + labelSmoothing / labels;
      weighted[row * labels + label] = (share * weight(label)) / total;
      sums[row] += weighted[row * labels + label];
    }
  });
  const wanted = upload(weighted, [rows, labels]);
  return {
    loss: kernels.negative(kernels.sumOfAll(kernels.multiply(wanted, kernels.logSoftmax(logits)))),
    gradient: kernels.subtract(kernels.multiply(kernels.softmax(logits), upload(sums, [rows, 1])), wanted),
  };
}

/** How well a model tells the labels of examples that it did not learn. */
export async function evaluateClassification(
  model: Model,
  examples: readonly ClassifiedExample[],
  options: ClassificationOptions,
): Promise<ClassificationEvaluation> {
  const labels = checkOptions(model, options);
  if (examples.length === 0)
    throw new InputError('there is no example to judge the classifier by; give some that it does not learn');
  const counts = Array.from({ length: labels }, () => ({ right: 0, given: 0, gold: 0 }));
  let [loss, weight, right, asked] = [0, 0, 0, 0];
  for (let start = 0; start < examples.length; start += EVALUATED_AT_ONCE) {
    const batch = examples.slice(start, start + EVALUATED_AT_ONCE);
    const targets = targetRows(batch, model, labels, options);
    const own = tidy(() => {
      const logits = model.logits(new Tape(false), model.parameters.read(), padBatch(batch));
      return {
        logits: download(logits),
        loss: download(classificationLoss(logits, targets, options).loss)[0],
      };
    });
    const ownWeight = weightOf(targets, options);
    loss += own.loss * ownWeight;
    weight += ownWeight;
    targets.forEach((target, place) => {
      if (target < 0) return;
      asked++;
      if (options.outcome === 'one') {
        const given = largest(own.logits.subarray(place * labels, (place + 1) * labels));
        counts[given].given++;
        counts[target].gold++;
        if (given === target) counts[given].right++;
        if (given === target) right++;
      } else {
        const count = counts[place % labels];
        const given = own.logits[place] > 0 ? 1 : 0;
        count.given += given;
        count.gold += target;
        count.right += given * target;
        if (given === target) right++;
      }
    });
    await new Promise(setImmediate);
  }
  const occurring = counts.filter(({ given, gold }) => given + gold > 0);
  const f1 = occurring.map((one) => (2 * one.right) / (one.given + one.gold));
  const macroF1 = f1.reduce((sum, own) => sum + own, 0) / Math.max(f1.length, 1);
  return { loss: loss / (weight || 1), score: macroF1, accuracy: right / Math.max(asked, 1), macroF1 };
}

const EVALUATED_AT_ONCE = 32;

const largest = (row: Float32Array): number => row.indexOf(row.reduce((most, one) => Math.max(most, one)));
