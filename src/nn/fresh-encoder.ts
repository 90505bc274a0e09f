import { checkOutputFolder, InputError } from '../foundation';
import { Tokenizer } from '../tokenization';
import { Encoder } from './encoder';
import { refuseGiants } from './encoder-configuration';
import { freshTensors } from './initialization';
import { definitionOf, type EncoderConfiguration, encoderParameterShapes, encoderTypes } from './networks';

/** The shape of a new encoder; its vocabulary is that of a tokenizer. */
export interface EncoderShape {
  /** `model_type` of Hugging Face: `bert` (by default), `distilbert`, `electra`, `mpnet` or `roberta`. */
  architecture?: string;
  layers: number;
  hiddenSize: number;
  attentionHeads: number;
  /** Width of the feed-forward layers; by default 4 times the hidden size. */
  intermediateSize?: number;
  /** Width of the embeddings, which are projected to the hidden size. ELECTRA only; by default the hidden size. */
  embeddingSize?: number;
  /** Tokens in the longest window, 512 by default. */
  maximumPositions?: number;
  /** Of hidden states and attention weights, 0.1 by default. */
  dropout?: number;
}

export interface FreshEncoder {
  /** A model folder, or one with nothing but the files of a tokenizer. */
  tokenizer: string;
  /** Output folder. */
  out: string;
  seed: number;
}

/**
 * Writes a model folder with a new encoder, initialized at random as BERT's (normal with deviation 0.02, Devlin et al. 2019). `pretrain`,
 * `fineTune` and Python's `AutoModel` take it as they take a pretrained one.
 *
 * @example freshEncoder({ layers: 4, hiddenSize: 256, attentionHeads: 4 }, { tokenizer: 'models/pretrained/minilm-l6-h384-uncased', out:
 * 'runs/mini', seed: 1 }); // BERT-mini: 11.1 million parameters, of which 7.8 million are word embeddings
 *
 * @throws InputError if there is no encoder of this shape, the folder has no tokenizer, or `out` cannot be written
 */
export function freshEncoder(shape: EncoderShape, { tokenizer, out, seed }: FreshEncoder): void {
  checkOutputFolder(out, [tokenizer]);
  const configuration = encoderOfShape(shape, new Tokenizer(tokenizer), 'the shape of the encoder');
  const encoder = new Encoder(configuration, freshTensors(encoderParameterShapes(configuration), seed));
  encoder.save(out, tokenizer);
  encoder.dispose();
}

/**
 * Returns the full configuration of an encoder of a given shape, with the vocabulary and the padding token of a tokenizer.
 *
 * @param place names the shape in errors
 * @throws InputError if there is no encoder of this shape
 */
export function encoderOfShape(
  { architecture = 'bert', layers, hiddenSize, attentionHeads, ...rest }: EncoderShape,
  { vocabularySize, special }: Pick<Tokenizer, 'vocabularySize' | 'special'>,
  place: string,
): EncoderConfiguration {
  const refuse = (what: string) => {
    throw new InputError(`${place}: ${what}`);
  };
  if (!encoderTypes().includes(architecture))
    refuse(`the architecture is "${architecture}"; choose one of ${encoderTypes().join(', ')}`);
  const { intermediateSize = 4 * hiddenSize, embeddingSize = hiddenSize } = rest;
  const { maximumPositions = 512, dropout = 0.1 } = rest;
  const whole = { layers, hiddenSize, attentionHeads, intermediateSize, embeddingSize, maximumPositions };
  for (const [name, value] of Object.entries(whole))
    if (!Number.isSafeInteger(value) || value < 1)
      refuse(`"${name}" is ${value}; give a whole number above 0`);
  if (!(dropout >= 0 && dropout < 1)) refuse(`"dropout" is ${dropout}; give a number from 0 to below 1`);
  if (hiddenSize % attentionHeads !== 0)
    refuse(
      `${attentionHeads} attention heads do not divide a hidden size of ${hiddenSize}; change one of them`,
    );
  const { keys, paddingId } = definitionOf({ type: architecture });
  if (embeddingSize !== hiddenSize && !keys.embeddingSize)
    refuse(
      `"embeddingSize" is ${embeddingSize}, but the embeddings of ${architecture} are as wide as its hidden states, ${hiddenSize}; leave it out, or choose electra`,
    );
  const encoder: EncoderConfiguration = {
    type: architecture,
    vocabularySize,
    ...whole,
    tokenTypes: keys.tokenTypes ? 2 : 0,
    paddingId: special.padding?.id ?? paddingId,
    layerNormEpsilon: 1e-12,
    hiddenDropout: dropout,
    attentionDropout: dropout,
    sequenceDropout: dropout,
  };
  refuseGiants(encoder, place);
  return encoder;
}
