import { mkdirSync } from 'node:fs';
import type { Batch } from './batch';
import type { DeviceTensor } from './device';
import { readEncoderConfiguration } from './encoder-configuration';
import { saveTokenizer, writeWeights } from './model-folder';
import { writeNetworkConfiguration } from './network-configuration';
import {
  type EncoderConfiguration,
  encode,
  encoderParameterShapes,
  type LayerObserver,
  onTensorFlow,
  type Weights,
} from './networks';
import { Parameters } from './parameters';
import type { Tensor } from './stored-tensor';
import type { Tape } from './tape';
import { readTensors } from './weights';

/** An encoder without a head. Owns its parameters' memory until `dispose()`. */
export class Encoder {
  /** By Hugging Face's name. */
  readonly parameters: Parameters;

  /** @param tensors those of the encoder, and any that are trained with it but not saved */
  constructor(
    readonly configuration: EncoderConfiguration,
    tensors: ReadonlyMap<string, Tensor>,
  ) {
    this.parameters = new Parameters(tensors);
  }

  /** Loads the encoder of a model folder, whatever its head. */
  static load(folder: string): Encoder {
    const configuration = readEncoderConfiguration(folder);
    return new Encoder(configuration, readTensors(folder, encoderParameterShapes(configuration)));
  }

  /** Hidden states of the last layer // [batch * length, hidden] */
  hiddenStates(tape: Tape, weights: Weights, batch: Batch, observe?: LayerObserver): DeviceTensor {
    return encode(onTensorFlow(tape, weights, batch, observe), this.configuration);
  }

  /**
   * Writes a folder in Hugging Face's layout, each file atomically, config.json last.
   *
   * @param tokenizer a folder with the tokenizer of the encoder's token ids
   */
  save(folder: string, tokenizer: string): void {
    mkdirSync(folder, { recursive: true });
    const own = encoderParameterShapes(this.configuration);
    writeWeights(folder, new Map([...this.parameters.snapshot()].filter(([name]) => own.has(name))));
    saveTokenizer(tokenizer, folder);
    writeNetworkConfiguration(folder, this.configuration, undefined);
  }

  /** Reloads what `save` wrote for this encoder; other tensors stay as they are. */
  reload(folder: string): void {
    const saved = readTensors(folder, encoderParameterShapes(this.configuration));
    this.parameters.restore(new Map([...this.parameters.snapshot(), ...saved]));
  }

  dispose(): void {
    this.parameters.dispose();
  }
}
