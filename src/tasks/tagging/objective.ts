import { type Batch, type ModelConfiguration, padBatch, type Tensor, TokenClassifier } from '../../nn';
import type { LabelScheme, Threshold } from '../../tokenization';
import { createLoss, type LossOptions, lossOnTape, type Targets } from '../losses';
import type { Objective } from '../objective';
import type { Example } from './examples';

/** A padded batch with its targets. */
export interface TaggingBatch extends Batch, Targets {}

/** What a configuration says of a fresh tagger. */
export interface TaggerOptions {
  scheme: LabelScheme;
  /** Tokens of a window. */
  maximumLength: number;
  threshold: Threshold;
  /** Of hidden states and attention; null for the encoder's own. */
  dropout: number | null;
  seed: number;
}

/**
 * The tagger that a configuration describes: an encoder with a fresh head, and the configuration's dropout in the encoder's place.
 *
 * @param encoder its folder
 */
export function createTagger(encoder: string, options: TaggerOptions): TokenClassifier {
  const { dropout, scheme, maximumLength, threshold, seed } = options;
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
export function taggingObjective(model: TokenClassifier, options: LossOptions): Objective<Example> {
  const loss = createLoss(options, model.configuration.scheme);
  return {
    parameters: model.parameters,
    layers: model.configuration.encoder.layers,
    description: { model: model.configuration, loss: options },
    save: (folder) => model.save(folder),
    reload: (folder) => model.reload(folder),
    weight: (examples) => examples.reduce((sum, { known }) => sum + countKnown(known), 0),
    blueprint: {
      module: __filename,
      export: remakeTaggingObjective.name,
      arguments: [model.configuration, model.source, options],
    },
    loss(tape, weights, examples) {
      const batch = padTargets(examples);
      const logits = model.logits(tape, weights, batch); // [batch * length, outputs]
      return lossOnTape(tape, logits, () => loss(logits, batch));
    },
  };
}

/** The task again, in another process. */
export function remakeTaggingObjective(
  parameters: ReadonlyMap<string, Tensor>,
  configuration: ModelConfiguration,
  source: string,
  options: LossOptions,
): Objective<Example> {
  return taggingObjective(new TokenClassifier(configuration, source, parameters), options);
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
