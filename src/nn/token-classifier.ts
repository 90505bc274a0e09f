import { mkdirSync } from 'node:fs';
import { InputError } from '../foundation';
import { outputNames } from '../tokenization';
import { type Batch, padBatch } from './batch';
import {
  type ModelConfiguration,
  readConfiguration,
  readLabelRows,
  writeConfiguration,
} from './configuration';
import { type DeviceTensor, download, tidy } from './device';
import type { LayerObserver, Weights } from './encoder';
import { readEncoderConfiguration } from './encoder-configuration';
import type { Head } from './heads';
import { freshTensors } from './initialization';
import { Model, type Trainable } from './model';
import { saveTokenizer, writeWeights } from './model-folder';
import { encoderParameterShapes, headParameterShapes } from './parameter-shapes';
import type { Parameters } from './parameters';
import type { Tensor } from './safetensors';
import { Tape } from './tape';
import { readTensors } from './weights';

const HEAD_WEIGHT = 'classifier.weight';
const HEAD_BIAS = 'classifier.bias';
/**
 * Mentions are rare: a head that begins by denying them need not spend its first steps on learning just that (Lin et al. 2017,
 * arXiv:1708.02002, section 4.1). Sigmoid of this is 5%, about the share of tokens inside mentions of one class.
 */
const INITIAL_HEAD_BIAS = -3;
/** Padded tokens scored at once: large enough to keep two cores busy, small enough for any memory. */
const TOKENS_A_SCORING = 4096;

/**
 * An encoder with one linear layer on every token, and our reading of its outputs. Owns its parameters' memory until
 * `dispose()`.
 *
 * In memory the head has the scheme's outputs; in the folder it has one more, `O`, all zeros (see `savedLabels`).
 */
export class TokenClassifier implements Trainable {
  readonly #model: Model;

  constructor(
    readonly configuration: ModelConfiguration,
    /** The folder it was read from, which holds its tokenizer. */
    readonly source: string,
    tensors: ReadonlyMap<string, Tensor>,
  ) {
    this.#model = new Model(configuration.encoder, headOf(configuration), tensors);
  }

  /** An encoder of a pretrained folder with a fresh head, drawn by the seed. */
  static fromEncoder(
    folder: string,
    options: Omit<ModelConfiguration, 'encoder'>,
    seed: number,
  ): TokenClassifier {
    const encoder = readEncoderConfiguration(folder);
    const configuration = { ...options, encoder };
    if (options.maximumLength > encoder.maximumPositions) {
      throw new InputError(
        `a maximum length of ${options.maximumLength} tokens exceeds the encoder's ${encoder.maximumPositions} positions (${folder}); choose a shorter one`,
      );
    }
    const tensors = readTensors(folder, encoderParameterShapes(encoder));
    const head = freshTensors(headParameterShapes(encoder, headOf(configuration)), seed);
    head.get(HEAD_BIAS)!.data.fill(INITIAL_HEAD_BIAS);
    return new TokenClassifier(configuration, folder, new Map([...tensors, ...head]));
  }

  /** A tagger that `save` wrote. */
  static load(folder: string): TokenClassifier {
    const configuration = readConfiguration(folder);
    return new TokenClassifier(configuration, folder, readTagger(folder, configuration));
  }

  /** By Hugging Face's name. */
  get parameters(): Parameters {
    return this.#model.parameters;
  }

  /** Takes the values that `save` wrote of this same model. */
  reload(folder: string): void {
    this.parameters.restore(readTagger(folder, this.configuration));
  }

  /** Logits of a padded batch // [batch * length, outputs] */
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor {
    return this.#model.logits(tape, weights, batch, observe);
  }

  /** Scores windows in batches of similar length, without dropout. */
  readonly score = async (windows: readonly { inputIds: Int32Array }[]): Promise<Float32Array[]> => {
    const outputs = outputNames(this.configuration.scheme).length;
    const byLength = windows.map((_, index) => index);
    byLength.sort((one, other) => windows[one].inputIds.length - windows[other].inputIds.length);
    const scores = new Array<Float32Array>(windows.length);
    for (let start = 0; start < byLength.length; ) {
      let end = start + 1;
      while (
        end < byLength.length &&
        (end + 1 - start) * windows[byLength[end]].inputIds.length <= TOKENS_A_SCORING
      ) {
        end++;
      }
      const indices = byLength.slice(start, end);
      const batch = padBatch(indices.map((index) => windows[index]));
      const data = tidy(() => download(this.logits(new Tape(false), this.parameters.read(), batch)));
      indices.forEach((index, row) => {
        const from = row * batch.length * outputs;
        scores[index] = data.slice(from, from + windows[index].inputIds.length * outputs);
      });
      start = end;
      // Lets progress displays and interrupts through.
      await new Promise(setImmediate);
    }
    return scores;
  };

  /** Writes a folder in Hugging Face's layout, each file whole or not at all, config.json last. */
  save(folder: string): void {
    mkdirSync(folder, { recursive: true });
    const tensors = this.parameters.snapshot();
    const addZeroRow = (name: string) => {
      const { shape, data } = tensors.get(name)!;
      const extended = new Float32Array(data.length + data.length / shape[0]);
      extended.set(data, data.length / shape[0]);
      tensors.set(name, { shape: [shape[0] + 1, ...shape.slice(1)], data: extended });
    };
    addZeroRow(HEAD_WEIGHT);
    addZeroRow(HEAD_BIAS);
    writeWeights(folder, tensors);
    saveTokenizer(this.source, folder);
    writeConfiguration(folder, this.configuration);
  }

  dispose(): void {
    this.#model.dispose();
  }
}

const headOf = ({ scheme }: ModelConfiguration): Head => ({ kind: 'tokens', labels: outputNames(scheme) });

/** Learned numbers of a tagger, one by one. */
export function countParameters(configuration: ModelConfiguration): number {
  const shapes = [
    ...encoderParameterShapes(configuration.encoder).values(),
    ...headParameterShapes(configuration.encoder, headOf(configuration)).values(),
  ];
  return shapes.reduce((sum, shape) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
}

/**
 * A saved tagger's tensors, the head's rows in our order and without the one for `O`. That row is taken from the others: it is zeros as
 * we save it, but not once Python has trained the model further, and a softmax is the same when all logits lose one number.
 */
function readTagger(folder: string, configuration: ModelConfiguration): Map<string, Tensor> {
  const { hiddenSize } = configuration.encoder;
  const outputs = outputNames(configuration.scheme).length;
  const shapes = encoderParameterShapes(configuration.encoder);
  shapes.set(HEAD_WEIGHT, [outputs + 1, hiddenSize]).set(HEAD_BIAS, [outputs + 1]);
  const tensors = readTensors(folder, shapes);
  const [outside, ...others] = readLabelRows(folder) ?? Array.from({ length: outputs + 1 }, (_, row) => row);
  for (const name of [HEAD_WEIGHT, HEAD_BIAS]) {
    const { shape, data } = tensors.get(name)!;
    const width = data.length / shape[0];
    const lessOutside = new Float32Array(outputs * width);
    others.forEach((row, output) => {
      for (let column = 0; column < width; column++)
        lessOutside[output * width + column] = data[row * width + column] - data[outside * width + column];
    });
    tensors.set(name, { shape: [outputs, ...shape.slice(1)], data: lessOutside });
  }
  return tensors;
}
