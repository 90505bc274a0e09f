import { mkdirSync } from 'node:fs';
import type { Batch } from './batch';
import type { DeviceTensor } from './device';
import { encode, type LayerObserver, type Weights } from './encoder';
import { type EncoderConfiguration, readEncoderConfiguration } from './encoder-configuration';
import { applyHead, type Head, type LabelOutcome } from './heads';
import { freshTensors } from './initialization';
import { saveTokenizer, writeWeights } from './model-folder';
import { predictsWords, readHead, writeNetworkConfiguration } from './network-configuration';
import { gatherRows } from './operations';
import { encoderParameterShapes, headParameterShapes } from './parameter-shapes';
import { Parameters } from './parameters';
import type { Tensor } from './safetensors';
import type { Tape } from './tape';
import { readTensors } from './weights';

/** What the training engine needs of a network. */
export interface Trainable {
  readonly parameters: Parameters;
  /** @param weights the parameters' present values (`parameters.read()`), by which gradients can be taken */
  logits(tape: Tape, weights: Weights, batch: Batch): DeviceTensor;
}

/** A network whose outputs have labels: a tagger, or a classifier of texts. */
export interface LabelNetwork extends Trainable {
  readonly configuration: {
    encoder: EncoderConfiguration;
    labels: readonly string[];
    maximumLength: number;
  };
  readonly head: Head;
  /** The folder it was read from, which holds its tokenizer. */
  readonly source: string;
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor;
  /** Logits of windows, without dropout; shaped as the network's task has them. */
  readonly score: (windows: readonly { inputIds: Int32Array }[]) => Promise<Float32Array[]>;
  /** Writes a folder in Hugging Face's layout. */
  save(folder: string): void;
  /** Takes the values that `save` wrote of this same network. */
  reload(folder: string): void;
  dispose(): void;
}

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

  /** A model folder as `save` and Python's transformers write it. */
  static load(folder: string): Model {
    const encoder = readEncoderConfiguration(folder);
    const head = readHead(folder);
    const shapes = new Map([...encoderParameterShapes(encoder), ...headParameterShapes(encoder, head)]);
    return new Model(encoder, head, readTensors(folder, shapes));
  }

  /** A masked language model: with the head that the folder has for it, else with a fresh one, drawn by the seed. */
  static forMaskedWords(folder: string, seed: number): Model {
    return predictsWords(folder)
      ? Model.load(folder)
      : Model.fromEncoder(folder, { kind: 'vocabulary' }, seed);
  }

  /** The encoder of a model folder with a fresh head, drawn by the seed. */
  static fromEncoder(folder: string, head: Head, seed: number): Model {
    const encoder = readEncoderConfiguration(folder);
    const tensors = readTensors(folder, encoderParameterShapes(encoder));
    return new Model(
      encoder,
      head,
      new Map([...tensors, ...freshTensors(headParameterShapes(encoder, head), seed)]),
    );
  }

  /** A network of any shape whose weights are drawn by the seed. */
  static fresh(encoder: EncoderConfiguration, head: Head, seed: number): Model {
    const shapes = new Map([...encoderParameterShapes(encoder), ...headParameterShapes(encoder, head)]);
    return new Model(encoder, head, freshTensors(shapes, seed));
  }

  /** Takes the values that `save` wrote of this same model. */
  reload(folder: string): void {
    const shapes = new Map([
      ...encoderParameterShapes(this.encoder),
      ...headParameterShapes(this.encoder, this.head),
    ]);
    this.parameters.restore(readTensors(folder, shapes));
  }

  /** Logits of a padded batch, shaped as `Head` says. */
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor {
    const hidden = encode(tape, weights, this.encoder, batch, observe);
    return applyHead(tape, weights, this.encoder, this.head, hidden, batch);
  }

  /** Logits of some tokens alone, given by their places in the batch // [places, outputs] */
  logitsAt(tape: Tape, weights: Weights, batch: Batch, places: Int32Array): DeviceTensor {
    const hidden = encode(tape, weights, this.encoder, batch);
    const chosen = gatherRows(tape, hidden, places);
    return applyHead(tape, weights, this.encoder, this.head, chosen, batch);
  }

  /**
   * Writes a folder in Hugging Face's layout, each file whole or not at all, config.json last.
   *
   * @param tokenizer a folder with the tokenizer that the model's token ids are of
   * @param outcome how Python is to read the logits of a sequence's labels; left to Python where it is left out
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
