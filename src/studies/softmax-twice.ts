import { type DeviceTensor, download, padBatch, type SequenceClassifier, upload } from '../nn';
import { type ClassifiedText, type Loss, logSoftmax, lossOnTape, type Objective } from '../tasks';

/**
 * The loss of a network that applies softmax to its outputs and then hands them to a cross-entropy that applies softmax again: a common
 * mistake. The second softmax sees numbers between 0 and 1 only, so with K labels the loss of a text cannot fall below
 * log(1 + (K - 1) / e), even if the network is certain and right, nor exceed log(K - 1 + e); and its gradient is smaller.
 */

/** Lowest and highest loss of one text under two softmaxes: probability 1 for the right label, or for a wrong one. */
export function softmaxTwiceLimits(labels: number): { lowest: number; highest: number } {
  return {
    lowest: Math.log(1 + (labels - 1) / Math.E),
    highest: Math.log(labels - 1 + Math.E),
  };
}

/** Mean cross-entropy of a batch, and its gradient with respect to the logits. */
export interface BatchLoss {
  loss: number;
  gradient: Float32Array; // [texts, labels]
}

/**
 * Mean cross-entropy of logits, with softmax applied once, as is right, or twice.
 *
 * @param logits row-major // [texts, labels]
 * @param targets index of the right label of each text // [texts]
 * @param smoothing share of each target that is spread over all labels
 */
export function crossEntropy(
  logits: Float32Array,
  targets: readonly number[],
  softmaxes: 'once' | 'twice',
  smoothing = 0,
): BatchLoss {
  const labels = logits.length / targets.length;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  targets.forEach((target, text) => {
    const own = logits.subarray(text * labels, (text + 1) * labels);
    const probabilities = logSoftmax(own).map(Math.exp);
    const outputs = softmaxes === 'once' ? own : Float32Array.from(probabilities);
    const logs = logSoftmax(outputs);
    const wanted = (label: number) => (label === target ? 1 - smoothing : 0) + smoothing / labels;
    logs.forEach((log, label) => {
      loss -= (wanted(label) * log) / targets.length;
    });
    // With respect to what the loss is given: softmax(outputs) - target.
    const outer = Float64Array.from(logs, (log, label) => Math.exp(log) - wanted(label));
    // Through the network's own softmax p: p ⊙ (g - p·g).
    const along = outer.reduce((sum, value, label) => sum + value * probabilities[label], 0);
    outer.forEach((value, label) => {
      const inner = softmaxes === 'once' ? value : probabilities[label] * (value - along);
      gradient[text * labels + label] = inner / targets.length;
    });
  });
  return { loss, gradient };
}

/** The classifier's training objective with softmax applied twice, to be compared with `classificationObjective` of the same label smoothing. */
export function softmaxTwiceObjective(
  network: SequenceClassifier,
  objective: Objective<ClassifiedText>,
  labelSmoothing: number,
): Objective<ClassifiedText> {
  return {
    ...objective,
    description: { softmax: 'twice', objective: objective.description },
    blueprint: undefined,
    loss(tape, weights, examples) {
      const logits = network.logits(tape, weights, padBatch(examples));
      return lossOnTape(tape, logits, () => onDevice(logits, examples, labelSmoothing));
    },
  };
}

function onDevice(logits: DeviceTensor, examples: readonly ClassifiedText[], labelSmoothing: number): Loss {
  const targets = examples.map(({ targets: [target] }) => target);
  const values = Float32Array.from(download(logits));
  const { loss, gradient } = crossEntropy(values, targets, 'twice', labelSmoothing);
  return { loss: upload(Float32Array.of(loss), []), gradient: upload(gradient, logits.shape) };
}
