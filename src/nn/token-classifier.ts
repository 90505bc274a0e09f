import { mkdirSync } from 'node:fs';
import { outputNames, type TagSet } from '../tokenization';
import type { Batch } from './batch';
import {
  type ModelConfiguration,
  readConfiguration,
  readLabelRows,
  writeConfiguration,
} from './configuration';
import { type DeviceTensor, download, tidy } from './device';
import { readEncoderConfiguration } from './encoder-configuration';
import { encoderWithNewHead } from './initialization';
import { savedLabels } from './label-names';
import { type LabelNetwork, Model } from './model';
import { saveTokenizer, writeWeights } from './model-folder';
import {
  encoderParameterShapes,
  type Head,
  type LayerObserver,
  parameterCount,
  type Weights,
} from './networks';
import type { Parameters } from './parameters';
import { refuseOtherHead, refuseTooLong } from './refusals';
import { scoreWindows } from './score-windows';
import type { Tensor } from './stored-tensor';
import { Tape } from './tape';
import { readTensors } from './weights';

const HEAD_WEIGHT = 'classifier.weight';
const HEAD_BIAS = 'classifier.bias';
/**
 * Mentions are rare: a head that initially predicts none need not spend its first steps on learning that (Lin et al. 2017,
 * arXiv:1708.02002, section 4.1). The sigmoid of this is 5%, about the share of tokens inside mentions of one class.
 */
const INITIAL_HEAD_BIAS = -3;

/**
 * An encoder with one linear layer on every token, and the interpretation of its outputs. Owns its parameters' memory until
 * `dispose()`.
 *
 * If labels may overlap, the saved head has one more output than in memory: `O`, all zeros (see `savedLabels`).
 */
export class TokenClassifier implements LabelNetwork {
  readonly #model: Model;

  constructor(
    readonly configuration: ModelConfiguration,
    /** The folder it was loaded from, which contains its tokenizer. */
    readonly source: string,
    tensors: ReadonlyMap<string, Tensor>,
  ) {
    this.#model = new Model(configuration.encoder, headOf(configuration), tensors);
  }

  /** Loads a pretrained encoder with a new head, initialized from the seed. */
  static fromEncoder(
    folder: string,
    options: Omit<ModelConfiguration, 'encoder'>,
    seed: number,
  ): TokenClassifier {
    const encoder = readEncoderConfiguration(folder);
    const configuration = { ...options, encoder };
    refuseTooLong(options.maximumLength, encoder, folder);
    const tensors = encoderWithNewHead(folder, encoder, headOf(configuration), seed);
    if (options.scheme !== 'exclusive') tensors.get(HEAD_BIAS)!.data.fill(INITIAL_HEAD_BIAS);
    return new TokenClassifier(configuration, folder, tensors);
  }

  /** Loads a tagger written by `save`. */
  static load(folder: string): TokenClassifier {
    const configuration = readConfiguration(folder);
    return new TokenClassifier(configuration, folder, readTagger(folder, configuration));
  }

  get head(): Head {
    return headOf(this.configuration);
  }

  /** By Hugging Face's name. */
  get parameters(): Parameters {
    return this.#model.parameters;
  }

  /** Reloads values that `save` wrote for this model. */
  reload(folder: string): void {
    this.parameters.restore(readTagger(folder, this.configuration));
  }

  /** Logits of a padded batch // [batch * length, outputs] */
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor {
    return this.#model.logits(tape, weights, batch, observe);
  }

  /** Scores windows in batches of similar length, without dropout // [length, outputs] each */
  readonly score = async (windows: readonly { inputIds: Int32Array }[]): Promise<Float32Array[]> => {
    const outputs = outputNames(this.configuration).length;
    return scoreWindows(windows, (batch) => {
      const data = tidy(() => download(this.logits(new Tape(false), this.parameters.read(), batch)));
      return (row, length) => {
        const from = row * batch.length * outputs;
        return data.slice(from, from + length * outputs);
      };
    });
  };

  /** Writes a folder in Hugging Face's layout, each file atomically, config.json last. */
  save(folder: string): void {
    mkdirSync(folder, { recursive: true });
    const tensors = this.parameters.snapshot();
    const addZeroRow = (name: string) => {
      const { shape, data } = tensors.get(name)!;
      const extended = new Float32Array(data.length + data.length / shape[0]);
      extended.set(data, data.length / shape[0]);
      tensors.set(name, { shape: [shape[0] + 1, ...shape.slice(1)], data: extended });
    };
    if (this.configuration.scheme !== 'exclusive') {
      addZeroRow(HEAD_WEIGHT);
      addZeroRow(HEAD_BIAS);
    }
    writeWeights(folder, tensors);
    saveTokenizer(this.source, folder);
    writeConfiguration(folder, this.configuration);
  }

  dispose(): void {
    this.#model.dispose();
  }
}

const headOf = (tagSet: TagSet): Head => ({ kind: 'tokens', labels: outputNames(tagSet) });

/** Returns the number of trainable parameters of a tagger. */
export function countParameters(configuration: ModelConfiguration): number {
  return parameterCount(configuration.encoder, headOf(configuration));
}

/**
 * Reads a saved tagger's tensors, with the head's rows in our order. If labels may overlap, the row for `O` is subtracted from the
 * others: it is zeros as we save it, but not if Python has trained the model further, and a softmax does not change when a number
 * is subtracted from all logits.
 */
function readTagger(folder: string, configuration: ModelConfiguration): Map<string, Tensor> {
  const { hiddenSize } = configuration.encoder;
  const names = savedLabels(configuration);
  refuseOtherHead(folder, HEAD_BIAS, names.length);
  const shapes = encoderParameterShapes(configuration.encoder);
  shapes.set(HEAD_WEIGHT, [names.length, hiddenSize]).set(HEAD_BIAS, [names.length]);
  const tensors = readTensors(folder, shapes);
  const rows = readLabelRows(folder) ?? names.map((_, row) => row);
  const outside = configuration.scheme === 'exclusive' ? undefined : rows[0];
  const outputs = outside === undefined ? rows : rows.slice(1);
  for (const name of [HEAD_WEIGHT, HEAD_BIAS]) {
    const { shape, data } = tensors.get(name)!;
    const width = data.length / shape[0];
    const ordered = new Float32Array(outputs.length * width);
    outputs.forEach((row, output) => {
      for (let column = 0; column < width; column++) {
        const base = outside === undefined ? 0 : data[outside * width + column];
        ordered[output * width + column] = data[row * width + column] - base;
      }
    });
    tensors.set(name, { shape: [outputs.length, ...shape.slice(1)], data: ordered });
  }
  return tensors;
}
