import { dirname, resolve } from 'node:path';
import { InputError } from '../../foundation';
import { contradictionInOptions } from '../configuration';
import { OPTIMIZER_KEYS } from '../configuration-schema';
import { checkAgainst, defaultsOf } from '../schema';
import type { Complete, ObjectSchema } from '../schema-types';

/** Every key of `fresh` in the configuration of a pre-training. */
export const ENCODER_SHAPE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The shape of a new encoder of falconframes',
  type: 'object',
  required: ['layers', 'hiddenSize', 'attentionHeads'],
  additionalProperties: false,
  properties: {
    architecture: {
      type: 'string',
      default: 'bert',
      description: 'bert, distilbert, electra, mpnet or roberta',
    },
    layers: { type: 'integer', minimum: 1, description: 'number of layers' },
    hiddenSize: { type: 'integer', minimum: 1, description: 'width of the hidden states' },
    attentionHeads: {
      type: 'integer',
      minimum: 1,
      description: 'attention heads of each layer; a divisor of hiddenSize',
    },
    intermediateSize: {
      type: 'integer',
      minimum: 1,
      description: 'width of the feed-forward layers; by default 4 times hiddenSize',
    },
    embeddingSize: {
      type: 'integer',
      minimum: 1,
      description: 'width of the embeddings, for electra only; by default hiddenSize',
    },
    maximumPositions: {
      type: 'integer',
      minimum: 8,
      default: 512,
      description: 'tokens in the longest window that the encoder can read',
    },
    dropout: {
      type: 'number',
      minimum: 0,
      maximum: 0.9,
      default: 0.1,
      description: 'dropout of hidden states and attention',
    },
  },
} as const satisfies ObjectSchema;

/** Every key of the configuration of a pre-training; also printed by `falconframes pretrain --schema`. */
export const PRETRAINING_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A pre-training of falconframes',
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: {
    text: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'files: JATS XML (.xml, .nxml), or plain text with one paragraph per line',
    },
    encoder: {
      type: 'string',
      default: 'minilm-l6-h384-uncased',
      description:
        'name or folder of the encoder to train further, as in "encoder" of `train`; with "fresh", only its tokenizer is used',
    },
    fresh: {
      type: 'object',
      description: 'shape of a new encoder, initialized at random, to train instead',
    },
    maximumTexts: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'maximum number of windows of text, sampled with the seed; null for all',
    },
    maximumLength: {
      type: 'integer',
      minimum: 8,
      maximum: 100_000,
      default: 128,
      description: 'maximum number of tokens in a window',
    },
    ...OPTIMIZER_KEYS,
    epochs: { ...OPTIMIZER_KEYS.epochs, default: 1, description: 'passes over the text' },
    learningRate: { ...OPTIMIZER_KEYS.learningRate, description: 'peak learning rate' },
  },
} as const satisfies ObjectSchema;

/** The shape of a new encoder, as in `freshEncoder`. */
export type FreshShape = Complete<typeof ENCODER_SHAPE_SCHEMA>;

/** A pre-training as a file: the input of the command `pretrain`. */
export type PretrainingConfiguration = Omit<Complete<typeof PRETRAINING_SCHEMA>, 'fresh'> & {
  fresh?: FreshShape;
};

/** The schema of the whole file, with the shape of a new encoder in it. */
export const pretrainingFileSchema = () => ({
  ...PRETRAINING_SCHEMA,
  properties: { ...PRETRAINING_SCHEMA.properties, fresh: ENCODER_SHAPE_SCHEMA },
});

/** Checks the content of a configuration file at `path`; its files are relative to it. */
export function pretrainingOfFile(value: unknown, path: string): PretrainingConfiguration {
  const configuration = completePretraining(value, path);
  return { ...configuration, text: configuration.text.map((file) => resolve(dirname(path), file)) };
}

/**
 * Checks the configuration of a pre-training and fills in the defaults.
 *
 * @param place names the configuration in errors
 */
export function completePretraining(value: unknown, place: string): PretrainingConfiguration {
  checkAgainst(PRETRAINING_SCHEMA, value, place);
  const { fresh, ...given }: { fresh?: unknown; text: string[] } = value;
  const configuration = { ...defaultsOf(PRETRAINING_SCHEMA), ...given };
  const contradiction = contradictionInOptions(given, configuration);
  if (contradiction) throw new InputError(`${place}: ${contradiction}`);
  if (fresh === undefined) return configuration;
  checkAgainst(ENCODER_SHAPE_SCHEMA, fresh, `${place}, "fresh"`);
  return { ...configuration, fresh: { ...defaultsOf(ENCODER_SHAPE_SCHEMA), ...fresh } };
}
