import {
  type Batch,
  type DeviceTensor,
  type ModelConfiguration,
  padBatch,
  type Tape,
  type Tensor,
  TokenClassifier,
  type Weights,
} from '../nn';
import type { TrainingConfiguration } from './configuration';
import type { Example } from './examples';
import { createLoss, type Loss, type LossOptions, type Targets } from './losses';
import type { Task } from './task';

/** A padded batch with its targets. */
export interface TaggingBatch extends Batch, Targets {}

/**
 * The tagger that a configuration describes: an encoder with a fresh head, and the configuration's dropout in the encoder's place.
 *
 * @param encoder its folder
 */
export function createTagger(encoder: string, configuration: TrainingConfiguration): TokenClassifier {
  const { dropout, scheme, maximumLength, threshold, seed } = configuration;
  const model = TokenClassifier.fromEncoder(encoder, { scheme, maximumLength, threshold }, seed);
  setDropout(model, dropout);
  return model;
}

/** Puts a configuration's dropout in the place of the encoder's own, in layers and head alike; null leaves the encoder's. */
export function setDropout({ configuration: { encoder } }: TokenClassifier, dropout: number | null): void {
  if (dropout === null) return;
  Object.assign(encoder, { hiddenDropout: dropout, attentionDropout: dropout, sequenceDropout: dropout });
}

/** Teaches a tagger the labels of windows. */
export function taggingTask(model: TokenClassifier, options: LossOptions): Task<Example> {
  const loss = createLoss(options, model.configuration.scheme);
  return {
    parameters: model.parameters,
    layers: model.configuration.encoder.layers,
    description: { model: model.configuration, loss: options },
    save: (folder) => model.save(folder),
    reload: (folder) => model.reload(folder),
    weight: (examples) => examples.reduce((sum, { known }) => sum + countKnown(known), 0),
    recipe: {
      module: __filename,
      export: remakeTaggingTask.name,
      arguments: [model.configuration, model.source, options],
    },
    loss: (tape, weights, examples) => taggingLoss(model, loss, tape, weights, padTargets(examples)),
  };
}

/** The task again, in another process. */
export function remakeTaggingTask(
  parameters: ReadonlyMap<string, Tensor>,
  configuration: ModelConfiguration,
  source: string,
  options: LossOptions,
): Task<Example> {
  return taggingTask(new TokenClassifier(configuration, source, parameters), options);
}

/** Logits of a batch with their loss. */
export function taggingLoss(
  model: TokenClassifier,
  loss: (logits: DeviceTensor, targets: Targets) => Loss,
  tape: Tape,
  weights: Weights,
  batch: TaggingBatch,
): Loss & { logits: DeviceTensor } {
  const logits = model.logits(tape, weights, batch); // [batch * length, outputs]
  return { logits, ...loss(logits, batch) };
}

/** Pads a batch and its targets; padding is unknown. */
export function padTargets(examples: readonly Example[]): TaggingBatch {
  const batch = padBatch(examples);
  const outputs = examples[0].labels.length / examples[0].inputIds.length;
  const labels = new Float32Array(batch.size * batch.length * outputs);
  const known = new Float32Array(batch.size * batch.length * outputs);
  let knownLabels = 0;
  examples.forEach((example, row) => {
    labels.set(example.labels, row * batch.length * outputs);
    known.set(example.known, row * batch.length * outputs);
    knownLabels += countKnown(example.known);
  });
  return { ...batch, labels, known, knownLabels };
}

const countKnown = (known: Uint8Array): number => known.reduce((sum, one) => sum + one, 0);
