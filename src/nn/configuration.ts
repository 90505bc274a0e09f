import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomically } from '../foundation';
import { isScheme, type LabelScheme, outputNames } from '../tokenization';

/** The shape of a BERT encoder, with the names of Hugging Face's config.json in camel case and abbreviations spelled out. */
export interface EncoderConfiguration {
  vocabularySize: number;
  hiddenSize: number;
  layers: number;
  attentionHeads: number;
  intermediateSize: number;
  maximumPositions: number;
  tokenTypes: number;
  layerNormEpsilon: number;
  hiddenDropout: number;
  attentionDropout: number;
}

/** A tagger: an encoder, and how its outputs are to be read. */
export interface ModelConfiguration {
  encoder: EncoderConfiguration;
  scheme: LabelScheme;
  /** Longest window in tokens, `[CLS]` and `[SEP]` counted. */
  maximumLength: number;
  /** A label is given where its sigmoid exceeds this. */
  threshold: number;
}

type Json = Record<string, unknown>;

function readConfigurationFile(folder: string): Json {
  const path = join(folder, 'config.json');
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new InputError(
      `${folder}: not a model folder, config.json cannot be read; name the folder of a trained or pretrained model`,
    );
  }
  try {
    return JSON.parse(content) as Json;
  } catch (error) {
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); restore the file`);
  }
}

/** Reads the encoder's shape from a Hugging Face config.json of type `bert`. */
export function readEncoderConfiguration(folder: string): EncoderConfiguration {
  return parseEncoder(readConfigurationFile(folder), folder);
}

function parseEncoder(config: Json, folder: string): EncoderConfiguration {
  const path = join(folder, 'config.json');
  if (config.model_type !== 'bert') {
    throw new InputError(
      `${path}: the model type is "${config.model_type}"; only "bert" encoders can be loaded`,
    );
  }
  if (config.hidden_act !== 'gelu') {
    throw new InputError(`${path}: the activation is "${config.hidden_act}"; only "gelu" is known`);
  }
  const whole = (key: string): number => {
    const value = config[key];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw new InputError(
        `${path}: "${key}" must be a whole number above 0, found ${JSON.stringify(value)}`,
      );
    }
    return value;
  };
  const encoder: EncoderConfiguration = {
    vocabularySize: whole('vocab_size'),
    hiddenSize: whole('hidden_size'),
    layers: whole('num_hidden_layers'),
    attentionHeads: whole('num_attention_heads'),
    intermediateSize: whole('intermediate_size'),
    maximumPositions: whole('max_position_embeddings'),
    tokenTypes: whole('type_vocab_size'),
    layerNormEpsilon: Number(config.layer_norm_eps ?? 1e-12),
    hiddenDropout: Number(config.hidden_dropout_prob ?? 0.1),
    attentionDropout: Number(config.attention_probs_dropout_prob ?? 0.1),
  };
  if (encoder.hiddenSize % encoder.attentionHeads !== 0) {
    throw new InputError(
      `${path}: ${encoder.attentionHeads} attention heads do not divide a hidden size of ${encoder.hiddenSize}`,
    );
  }
  return encoder;
}

/** Reads the configuration of a tagger that this library saved. */
export function readConfiguration(folder: string): ModelConfiguration {
  const config = readConfigurationFile(folder);
  const path = join(folder, 'config.json');
  const own = config.falconframes as Json | undefined;
  if (!own) {
    throw new InputError(
      `${path}: has no "falconframes" entry, so this is an encoder and not a tagger; train it first`,
    );
  }
  if (!isScheme(own.scheme)) {
    throw new InputError(`${path}: falconframes.scheme is "${own.scheme}"; it must be "bio" or "token"`);
  }
  const encoder = parseEncoder(config, folder);
  const maximumLength = Number(own.maximum_length);
  if (!Number.isInteger(maximumLength) || maximumLength < 3 || maximumLength > encoder.maximumPositions) {
    throw new InputError(
      `${path}: falconframes.maximum_length must lie between 3 and ${encoder.maximumPositions}`,
    );
  }
  const threshold = Number(own.threshold);
  if (!(threshold > 0 && threshold < 1)) {
    throw new InputError(`${path}: falconframes.threshold must lie between 0 and 1`);
  }
  return { encoder, scheme: own.scheme, maximumLength, threshold };
}

/**
 * The labels of the saved head. `O` stands at index 0 with zero weights: its logit is always 0, sigmoid 0.5, so that an
 * ordinary softmax-argmax pipeline gives the tags that our sigmoids give at threshold 0.5.
 */
export function savedLabels(scheme: LabelScheme): string[] {
  return ['O', ...outputNames(scheme)];
}

/** Writes config.json such that Python's `AutoModelForTokenClassification` builds the same network. */
export function writeConfiguration(
  folder: string,
  { encoder, scheme, maximumLength, threshold }: ModelConfiguration,
): void {
  const labels = savedLabels(scheme);
  const config = {
    architectures: ['BertForTokenClassification'],
    model_type: 'bert',
    vocab_size: encoder.vocabularySize,
    hidden_size: encoder.hiddenSize,
    num_hidden_layers: encoder.layers,
    num_attention_heads: encoder.attentionHeads,
    intermediate_size: encoder.intermediateSize,
    hidden_act: 'gelu',
    max_position_embeddings: encoder.maximumPositions,
    type_vocab_size: encoder.tokenTypes,
    layer_norm_eps: encoder.layerNormEpsilon,
    hidden_dropout_prob: encoder.hiddenDropout,
    attention_probs_dropout_prob: encoder.attentionDropout,
    pad_token_id: 0,
    position_embedding_type: 'absolute',
    id2label: Object.fromEntries(labels.map((label, index) => [index, label])),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    falconframes: { scheme, maximum_length: maximumLength, threshold },
  };
  writeFileAtomically(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
