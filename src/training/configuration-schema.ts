import { LOSSES } from '../tasks';
import { SCHEMES, WORD_RULES } from '../tokenization';
import { SCHEDULES } from './schedule';
import { defaultsOf } from './schema';
import type { Complete, ObjectSchema, PropertySchema } from './schema-types';

/** What is trained, on which data, and the meaning of its outputs. */
const TASK_KEYS = {
  encoder: {
    type: 'string',
    default: 'minilm-l6-h384-uncased',
    description:
      'name or folder of an encoder: a folder, a name of models/registry.json, or a model of the Hugging Face hub ("owner/model")',
  },
  train: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    description: 'files of sentences with spans (JSONL), or of texts with labels (JSONL, CSV, TSV)',
  },
  dev: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    description: 'files used to select the best epoch',
  },
  labels: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    maxItems: 10_000,
    description: 'the labels in their order; by default those of the training files',
  },
  scheme: {
    enum: SCHEMES,
    default: 'bio',
    description:
      'meaning of the outputs. bio: B and I of each label; token: one output per label, inside or not; exclusive: mutually exclusive labels of words, with a learned O, as in CoNLL data',
  },
  words: {
    enum: WORD_RULES,
    default: 'first',
    description: 'which tokens of a word carry its label; for the scheme exclusive',
  },
  maximumLength: {
    type: 'integer',
    minimum: 8,
    maximum: 100_000,
    default: 256,
    description: 'maximum number of tokens in a window',
  },
  threshold: {
    type: 'number',
    minimum: 0.01,
    maximum: 0.99,
    default: 0.5,
    description: 'a label is assigned if its sigmoid exceeds this',
  },
  dropout: {
    type: ['number', 'null'],
    minimum: 0,
    maximum: 0.9,
    default: null,
    description: "dropout of hidden states and attention; null for the encoder's",
  },
  views: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    default: {},
    description:
      'views of the labels when the model is used, by name: classes, each with its labels; the first is the default',
  },
  rewritten: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description:
      'labels of "variations" whose mentions follow a notation, such as mutations: digits, amino acids and nucleotides are drawn at random',
  },
  spelledOut: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0,
    description:
      'share of the mentions of "rewritten" labels that are then written in words or in an older notation, such as valine 600 to glutamic acid; only mutations can be',
  },
  variations: {
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0, maximum: 20 },
    default: {},
    description:
      'for each label named, the number of copies of every training sentence that mentions it, with other mentions',
  },
} as const satisfies Record<string, PropertySchema>;

const LOSS_KEYS = {
  loss: {
    enum: LOSSES,
    default: 'bce',
    description:
      'cross_entropy: B, I and outside are mutually exclusive. For the scheme exclusive, cross_entropy is the default and the only choice',
  },
  focalGamma: {
    type: 'number',
    minimum: 0,
    maximum: 10,
    default: 2,
    description:
      'how strongly labels are down-weighted that the network is already sure of (focal, smooth_focal)',
  },
  labelSmoothing: {
    type: 'number',
    minimum: 0,
    maximum: 0.5,
    default: 0,
    description: 'fraction of each target that is spread over all outcomes (smooth_focal, cross_entropy)',
  },
  classWeights: {
    type: 'object',
    additionalProperties: { type: 'number', minimum: 0, maximum: 100 },
    default: {},
    description: 'weights in the loss, by label; 1 for a label that is not named',
  },
} as const satisfies Record<string, PropertySchema>;

/** Settings of the optimizer. */
export const OPTIMIZER_KEYS = {
  epochs: { type: 'integer', minimum: 1, default: 3, description: 'passes over the training files' },
  batchSize: { type: 'integer', minimum: 1, maximum: 100_000, default: 32, description: 'windows per batch' },
  batching: {
    enum: ['by_length', 'random'],
    default: 'by_length',
    description:
      'which windows a batch has. by_length: of similar length, for little padding. random: any, as in other libraries, which learns more per epoch from sentences of very different length and takes longer',
  },
  batchTokens: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 10_000_000,
    default: null,
    description:
      'instead of batchSize: as many windows as fit into this many tokens, including padding, so that all batches take similar memory; null for batches of batchSize windows',
  },
  accumulation: {
    type: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 1,
    description: 'batches whose mean gradient is used in one step',
  },
  learningRate: {
    type: 'number',
    minimum: 1e-8,
    maximum: 1,
    default: 1e-4,
    description: 'peak learning rate of the head',
  },
  schedule: {
    enum: SCHEDULES,
    default: 'linear',
    description: 'how the learning rate decreases after the warm-up',
  },
  warmupShare: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.1,
    description: 'fraction of all steps over which the learning rate increases',
  },
  layerDecay: {
    type: 'number',
    minimum: 0.1,
    maximum: 1,
    default: 1,
    description: 'learning rate of a layer relative to that of the layer above; 1 for the same everywhere',
  },
  weightDecay: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.01,
    description: 'decoupled weight decay, as in AdamW',
  },
  clipNorm: {
    type: 'number',
    minimum: 1e-6,
    maximum: 1e6,
    default: 1,
    description: 'gradients longer than this (Euclidean norm over all parameters) are scaled down to it',
  },
  averaging: {
    type: 'number',
    minimum: 0,
    maximum: 0.99999,
    default: 0,
    description:
      'decay of the moving average of the weights, which is evaluated and saved instead of them; 0 for none',
  },
  patience: {
    type: 'integer',
    minimum: 0,
    maximum: 10_000,
    default: 0,
    description: 'training ends after this many epochs without improvement; 0 for never',
  },
  checkpointMinutes: {
    type: 'number',
    minimum: 0,
    maximum: 1_000_000,
    default: 10,
    description: 'minutes between checkpoints: the most that a killed run loses',
  },
  seed: {
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 1,
    description: 'seed of all random numbers',
  },
} as const satisfies Record<string, PropertySchema>;

/** Every key of a configuration file; also printed by `falconframes train --schema`. */
export const TRAINING_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A falconframes training run',
  type: 'object',
  required: ['train', 'dev'],
  additionalProperties: false,
  properties: { ...TASK_KEYS, ...LOSS_KEYS, ...OPTIMIZER_KEYS },
} as const satisfies ObjectSchema;

/** A training run as a file: the input of the command `train`. */
export type TrainingConfiguration = Complete<typeof TRAINING_SCHEMA>;

/** Settings of the optimizer. */
export type TrainingOptions = Pick<TrainingConfiguration, keyof typeof OPTIMIZER_KEYS>;

/** Defaults of the keys that a configuration omits. */
export const DEFAULT_TRAINING: Omit<TrainingConfiguration, 'train' | 'dev'> = defaultsOf(TRAINING_SCHEMA);

/** Returns the schema of a file that extends a training configuration by sections, and takes some keys from a model folder. */
export function trainingSchemaWith(
  parts: Record<string, object>,
  decidedElsewhere: readonly (keyof TrainingConfiguration)[],
) {
  const own = Object.entries(TRAINING_SCHEMA.properties).filter(
    ([key]) => !decidedElsewhere.includes(key as keyof TrainingConfiguration),
  );
  return { ...TRAINING_SCHEMA, properties: { ...Object.fromEntries(own), ...parts } };
}
