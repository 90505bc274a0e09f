import { InputError } from '../foundation';
import { type Batch, padBatch } from './batch';
import { readTask } from './configuration';
import { type DeviceTensor, download, tidy } from './device';
import { Encoder } from './encoder';
import { readEncoderConfiguration } from './encoder-configuration';
import { encoderOf, type LabelNetwork, type Model } from './model';
import {
  applyHead,
  type EncoderConfiguration,
  encode,
  encoderParameterShapes,
  type Head,
  onTensorFlow,
} from './networks';
import { Parameters } from './parameters';
import { SequenceClassifier } from './sequence-classifier';
import { Tape } from './tape';
import { TokenClassifier } from './token-classifier';
import { readTensors } from './weights';

/** What a network computes for one window, layer by layer. */
export interface LayerOutputs {
  /**
   * Attention weights: in each matrix, row i tells how much token i attends to each token, and sums to 1. Heads that were pruned from
   * a layer are left out // [layers][heads][tokens * tokens]
   */
  attentions: Float32Array[][];
  /** The embeddings that enter the first layer, then the result of each layer // [layers + 1][tokens * hidden] */
  hiddenStates: Float32Array[];
  /** As `score` gives them; absent if there is no head // tagger [tokens * outputs], classifier [labels] */
  logits?: Float32Array;
}

/** The parts of a network that its forward pass needs. */
interface Parts {
  encoder: EncoderConfiguration;
  head?: Head;
  parameters: Pick<Parameters, 'read'>;
}

/**
 * Returns the attention weights and hidden states of every layer for one window, without dropout: Python's `output_attentions` and
 * `output_hidden_states`. There is no padding. An attention weight tells where a head looks, not why a label was chosen (Jain and
 * Wallace 2019, arXiv:1902.10186).
 *
 * @param network a loaded network, or the folder of a tagger, a classifier or an encoder, which is loaded in each call. The head
 * of a masked language model is not computed
 * @param tokenIds with the start and end token, as the tokenizer of the same folder gives them
 * @throws InputError if the folder cannot be read, or the tokens do not fit the network
 *
 * @example const { attentions } = inspectLayers('models/falconframes-tiny', [2, 1207, 3]);
 * attentions[0][1][3]; // in layer 0, head 1, of 3 tokens: the weight that token 1 gives to token 0
 */
export function inspectLayers(
  network: string | LabelNetwork | Model | Encoder,
  tokenIds: ArrayLike<number>,
): LayerOutputs {
  if (typeof network !== 'string') {
    if (network instanceof Encoder)
      return inspect({ encoder: network.configuration, parameters: network.parameters }, tokenIds);
    const { head, parameters } = network;
    return inspect({ encoder: encoderOf(network), head, parameters }, tokenIds);
  }
  const opened = openFolder(network);
  try {
    return inspect(opened, tokenIds);
  } finally {
    opened.dispose();
  }
}

function openFolder(folder: string): Parts & { dispose: () => void } {
  const task = readTask(folder);
  if (task === 'tagging' || task === 'classification') {
    const network = task === 'tagging' ? TokenClassifier.load(folder) : SequenceClassifier.load(folder);
    const { head, parameters } = network;
    return { encoder: encoderOf(network), head, parameters, dispose: () => network.dispose() };
  }
  const encoder = readEncoderConfiguration(folder);
  const parameters = new Parameters(readTensors(folder, encoderParameterShapes(encoder)));
  return { encoder, parameters, dispose: () => parameters.dispose() };
}

function inspect({ encoder, head, parameters }: Parts, tokenIds: ArrayLike<number>): LayerOutputs {
  refuseTokens(tokenIds, encoder);
  const batch = padBatch([{ inputIds: Int32Array.from(tokenIds) }]);
  return tidy(() => {
    const attentions: Float32Array[][] = [];
    const hiddenStates: Float32Array[] = [];
    const nn = onTensorFlow(new Tape(false), parameters.read(), batch, undefined, (_, input, weights) => {
      hiddenStates.push(download(input)); // [tokens * hidden]
      attentions.push(headsOf(weights, batch));
    });
    const hidden = encode(nn, encoder);
    hiddenStates.push(download(hidden));
    return {
      attentions,
      hiddenStates,
      ...(head && { logits: download(applyHead(nn, encoder, head, hidden)) }),
    };
  });
}

/** [1, heads, tokens, tokens] -> [heads][tokens * tokens] */
function headsOf(weights: DeviceTensor, { length }: Batch): Float32Array[] {
  const data = download(weights);
  const size = length * length;
  return Array.from({ length: data.length / size }, (_, head) => data.slice(head * size, (head + 1) * size));
}

function refuseTokens(
  tokenIds: ArrayLike<number>,
  { maximumPositions, vocabularySize }: EncoderConfiguration,
): void {
  if (tokenIds.length === 0 || tokenIds.length > maximumPositions)
    throw new InputError(
      `the window has ${tokenIds.length} tokens, but the encoder reads 1 to ${maximumPositions}; cut the text into windows of that length`,
    );
  const wrong = Array.from(tokenIds).findIndex(
    (id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize,
  );
  if (wrong >= 0)
    throw new InputError(
      `token ${wrong + 1} of the window has the id ${tokenIds[wrong]}, but those of the encoder are 0 to ${vocabularySize - 1}; use the tokenizer of its folder`,
    );
}
