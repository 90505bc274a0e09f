import { mkdirSync } from 'node:fs';
import type { Batch } from './batch';
import {
  type ClassifierConfiguration,
  readClassifierConfiguration,
  writeClassifierConfiguration,
} from './configuration';
import { type DeviceTensor, download, tidy } from './device';
import { readEncoderConfiguration } from './encoder-configuration';
import { encoderWithNewHead } from './initialization';
import { type LabelNetwork, Model } from './model';
import { saveTokenizer, writeWeights } from './model-folder';
import {
  definitionOf,
  type Head,
  type LayerObserver,
  parameterCount,
  parameterShapes,
  type Weights,
} from './networks';
import type { Parameters } from './parameters';
import { refuseOtherHead, refuseTooLong } from './refusals';
import { scoreWindows } from './score-windows';
import type { Tensor } from './stored-tensor';
import { Tape } from './tape';
import { readTensors } from './weights';

/**
 * An encoder with a head that predicts labels of a whole text from its first token. Owns its parameters' memory until `dispose()`.
 */
export class SequenceClassifier implements LabelNetwork {
  readonly #model: Model;

  constructor(
    readonly configuration: ClassifierConfiguration,
    /** The folder it was loaded from, which contains its tokenizer. */
    readonly source: string,
    tensors: ReadonlyMap<string, Tensor>,
  ) {
    this.#model = new Model(configuration.encoder, headOf(configuration), tensors);
  }

  /** Loads a pretrained encoder with a new head, initialized from the seed. */
  static fromEncoder(
    folder: string,
    options: Omit<ClassifierConfiguration, 'encoder'>,
    seed: number,
  ): SequenceClassifier {
    const encoder = readEncoderConfiguration(folder);
    const configuration = { ...options, encoder };
    refuseTooLong(options.maximumLength, encoder, folder);
    const tensors = encoderWithNewHead(folder, encoder, headOf(configuration), seed);
    return new SequenceClassifier(configuration, folder, tensors);
  }

  /** Loads a classifier written by `save` or by Python. */
  static load(folder: string): SequenceClassifier {
    const configuration = readClassifierConfiguration(folder);
    return new SequenceClassifier(configuration, folder, readClassifier(folder, configuration));
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
    this.parameters.restore(readClassifier(folder, this.configuration));
  }

  /** Logits of a padded batch // [batch, labels] */
  logits(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor {
    return this.#model.logits(tape, weights, batch, observe);
  }

  /** Scores windows in batches of similar length, without dropout // [labels] each */
  readonly score = async (windows: readonly { inputIds: Int32Array }[]): Promise<Float32Array[]> => {
    const labels = this.configuration.labels.length;
    return scoreWindows(windows, (batch) => {
      const data = tidy(() => download(this.logits(new Tape(false), this.parameters.read(), batch)));
      return (row) => data.slice(row * labels, (row + 1) * labels);
    });
  };

  /** Writes a folder in Hugging Face's layout, each file atomically, config.json last. */
  save(folder: string): void {
    mkdirSync(folder, { recursive: true });
    writeWeights(folder, this.parameters.snapshot());
    saveTokenizer(this.source, folder);
    writeClassifierConfiguration(folder, this.configuration);
  }

  dispose(): void {
    this.#model.dispose();
  }
}

/** Returns the number of trainable parameters of a classifier. */
export function countClassifierParameters(configuration: ClassifierConfiguration): number {
  return parameterCount(configuration.encoder, headOf(configuration));
}

const headOf = ({ labels }: Pick<ClassifierConfiguration, 'labels'>): Head => ({ kind: 'sequence', labels });

function readClassifier(folder: string, configuration: ClassifierConfiguration): Map<string, Tensor> {
  const { encoder, labels } = configuration;
  refuseOtherHead(folder, `${definitionOf(encoder).sequenceHead.output}.bias`, labels.length);
  return readTensors(folder, parameterShapes(encoder, headOf(configuration)));
}
