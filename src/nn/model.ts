import { mkdirSync } from 'node:fs';
import type { Batch } from './batch';
import type { DeviceTensor } from './device';
import { readEncoderConfiguration } from './encoder-configuration';
import { encoderWithNewHead, freshTensors } from './initialization';
import { saveTokenizer, writeWeights } from './model-folder';
import { readHead, refuseUntied, writeNetworkConfiguration } from './network-configuration';
import {
  applyHead,
  type EncoderConfiguration,
  encode,
  type Head,
  headParameterShapes,
  type LabelOutcome,
  type LayerObserver,
  onTensorFlow,
  parameterShapes,
  type Weights,
} from './networks';
import { gatherRows } from './operations';
import { Parameters } from './parameters';
import type { Tensor } from './stored-tensor';
import type { Tape } from './tape';
import { openWeights, readTensors } from './weights';

/** The parts of a network used by the training engine. */
export interface Trainable {
  readonly parameters: Parameters;
  /** @param weights current values of the parameters (`parameters.read()`), with respect to which gradients can be taken */
  logits(tape: Tape, weights: Weights, batch: Batch): DeviceTensor;
}

/** A network whose outputs have labels: a tagger or a text classifier. */
export interface LabelNetwork extends Trainable {
  readonly configuration: {
    encoder: EncoderConfiguration;
    labels: readonly string[];
    maximumLength: number;
  };
  readonly head: Head;
  /** The folder it was loaded from, which contains its tokenizer. */
  readonly source: string;
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor;
  /** Logits of windows, without dropout, shaped as the task defines. */
  readonly score: (windows: readonly { inputIds: Int32Array }[]) => Promise<Float32Array[]>;
  /** Writes a folder in Hugging Face's layout. */
  save(folder: string): void;
  /** Reloads values that `save` wrote for this network. */
  reload(folder: string): void;
  dispose(): void;
}

/** Returns the encoder of a network, wherever its class keeps it. */
export const encoderOf = (network: LabelNetwork | { encoder: EncoderConfiguration }): EncoderConfiguration =>
  'encoder' in network ? network.encoder : network.configuration.encoder;

/** An encoder with a head. Owns its parameters' memory until `dispose()`. */
export class Model implements Trainable {
  /** By Hugging Face's name. */
  readonly parameters: Parameters;

  constructor(
    readonly encoder: EncoderConfiguration,
    readonly head: Head,
    tensors: ReadonlyMap<string, Tensor>,
  ) {
    this.parameters = new Parameters(tensors);
  }

  /** Loads a model folder written by `save` or by Python's transformers. */
  static load(folder: string): Model {
    const encoder = readEncoderConfiguration(folder);
    const head = readHead(folder);
    const shapes = parameterShapes(encoder, head);
    return new Model(encoder, head, readTensors(folder, shapes));
  }

  /**
   * Loads a masked language model: with the head in the folder, or else a new one, initialized from the seed. Published folders may
   * name a head in config.json whose weights they lack, or have one that config.json does not name (`BertForPreTraining`).
   */
  static forMaskedWords(folder: string, seed: number): Model {
    const encoder = readEncoderConfiguration(folder);
    const head: Head = { kind: 'vocabulary' };
    const headShapes = headParameterShapes(encoder, head);
    const stored = openWeights(folder);
    if (![...headShapes.keys()].every((name) => stored.shapeOf(name)))
      return Model.fromEncoder(folder, head, seed);
    refuseUntied(folder);
    return new Model(encoder, head, readTensors(folder, parameterShapes(encoder, head)));
  }

  /** Loads the encoder of a model folder with a new head, initialized from the seed. */
  static fromEncoder(folder: string, head: Head, seed: number): Model {
    const encoder = readEncoderConfiguration(folder);
    return new Model(encoder, head, encoderWithNewHead(folder, encoder, head, seed));
  }

  /** Creates a network of any shape with weights initialized from the seed. */
  static fresh(encoder: EncoderConfiguration, head: Head, seed: number): Model {
    const shapes = parameterShapes(encoder, head);
    return new Model(encoder, head, freshTensors(shapes, seed));
  }

  /** Reloads values that `save` wrote for this model. */
  reload(folder: string): void {
    this.parameters.restore(readTensors(folder, parameterShapes(this.encoder, this.head)));
  }

  /** Logits of a padded batch, shaped as in `Head`. */
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor {
    const nn = onTensorFlow(tape, weights, batch, observe);
    return applyHead(nn, this.encoder, this.head, encode(nn, this.encoder));
  }

  /** Logits of selected tokens only, given by their positions in the batch // [places, outputs] */
  logitsAt(tape: Tape, weights: Weights, batch: Batch, places: Int32Array): DeviceTensor {
    const nn = onTensorFlow(tape, weights, batch);
    const chosen = gatherRows(tape, encode(nn, this.encoder), places);
    return applyHead(nn, this.encoder, this.head, chosen);
  }

  /**
   * Writes a folder in Hugging Face's layout, each file atomically, config.json last.
   *
   * @param tokenizer a folder with the tokenizer of the model's token ids
   * @param outcome how Python interprets the logits of a sequence's labels; Python's default if omitted
   */
  save(folder: string, tokenizer: string, outcome?: LabelOutcome): void {
    mkdirSync(folder, { recursive: true });
    writeWeights(folder, this.parameters.snapshot());
    saveTokenizer(tokenizer, folder);
    writeNetworkConfiguration(folder, this.encoder, this.head, { outcome });
  }

  dispose(): void {
    this.parameters.dispose();
  }
}
