import { LOSSES } from '../tasks';
import { SCHEMES, WORD_RULES } from '../tokenization';
import { SCHEDULES } from './schedule';
import { defaultsOf } from './schema';
import type { Complete, ObjectSchema, PropertySchema } from './schema-types';

/** What is trained, on what, and how its outputs are read. */
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
  dev: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'files that choose the epoch' },
  labels: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    maxItems: 10_000,
    description: 'the labels in their order; left out, those of the training files',
  },
  scheme: {
    enum: SCHEMES,
    default: 'bio',
    description:
      'what the outputs stand for. bio: B and I of each label; token: one output per label, inside or not; exclusive: labels that exclude one another over words, with a learned O, as CoNLL has them',
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
    description: 'tokens of a window',
  },
  threshold: {
    type: 'number',
    minimum: 0.01,
    maximum: 0.99,
    default: 0.5,
    description: 'a label is given where its sigmoid exceeds this',
  },
  dropout: {
    type: ['number', 'null'],
    minimum: 0,
    maximum: 0.9,
    default: null,
    description: "of hidden states and attention; null for the encoder's own",
  },
  views: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    default: {},
    description:
      'ways to see the labels when the model is used, by name: classes, each with the labels that it is made of; the first is the default',
  },
  rewritten: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description:
      'labels of "variations" whose mentions follow a notation, such as mutations: digits, amino acids and nucleotides are drawn anew',
  },
  variations: {
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0, maximum: 20 },
    default: {},
    description:
      'for each label named, copies of every training sentence that mentions it, with other mentions',
  },
} as const satisfies Record<string, PropertySchema>;

const LOSS_KEYS = {
  loss: {
    enum: LOSSES,
    default: 'bce',
    description:
      'cross_entropy: B, I and outside exclude one another. For the scheme exclusive, cross_entropy is the default and the only choice',
  },
  focalGamma: {
    type: 'number',
    minimum: 0,
    maximum: 10,
    default: 2,
    description: 'how much less a label counts the surer the network is of it (focal, smooth_focal)',
  },
  labelSmoothing: {
    type: 'number',
    minimum: 0,
    maximum: 0.5,
    default: 0,
    description: 'share of each target that is spread over all outcomes (smooth_focal, cross_entropy)',
  },
  classWeights: {
    type: 'object',
    additionalProperties: { type: 'number', minimum: 0, maximum: 100 },
    default: {},
    description: 'factors in the loss, by label; 1 for a label that is not named',
  },
} as const satisfies Record<string, PropertySchema>;

/** What the optimizer does. */
export const OPTIMIZER_KEYS = {
  epochs: { type: 'integer', minimum: 1, default: 3, description: 'passes over the training files' },
  batchSize: { type: 'integer', minimum: 1, maximum: 100_000, default: 32, description: 'windows per batch' },
  batchTokens: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 10_000_000,
    default: null,
    description:
      'in place of batchSize: as many windows as fit into so many tokens, padding included, so that no batch takes more memory than others; null for batches of batchSize windows',
  },
  accumulation: {
    type: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 1,
    description: 'batches whose mean gradient makes one step',
  },
  learningRate: {
    type: 'number',
    minimum: 1e-8,
    maximum: 1,
    default: 1e-4,
    description: 'of the head, at its peak',
  },
  schedule: {
    enum: SCHEDULES,
    default: 'linear',
    description: 'how the learning rate falls after the warm-up',
  },
  warmupShare: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.1,
    description: 'share of all steps over which the learning rate rises',
  },
  layerDecay: {
    type: 'number',
    minimum: 0.1,
    maximum: 1,
    default: 1,
    description: 'learning rate of a layer as a share of that of the layer above; 1 for the same everywhere',
  },
  weightDecay: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.01,
    description: 'decoupled, as in AdamW',
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
      'decay of the moving average of the weights, which is evaluated and saved in their place; 0 for none',
  },
  patience: {
    type: 'integer',
    minimum: 0,
    maximum: 10_000,
    default: 0,
    description: 'training ends after so many epochs without a better one; 0 for never',
  },
  checkpointMinutes: {
    type: 'number',
    minimum: 0,
    maximum: 1_000_000,
    default: 10,
    description: 'minutes between checkpoints: what a killed run loses at most',
  },
  seed: {
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 1,
    description: 'of all chance',
  },
} as const satisfies Record<string, PropertySchema>;

/** Every key of a configuration file; also printed by `falconframes train --schema`. */
export const TRAINING_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A training run of falconframes',
  type: 'object',
  required: ['train', 'dev'],
  additionalProperties: false,
  properties: { ...TASK_KEYS, ...LOSS_KEYS, ...OPTIMIZER_KEYS },
} as const satisfies ObjectSchema;

/** A training run as a file: what the command `train` reads. */
export type TrainingConfiguration = Complete<typeof TRAINING_SCHEMA>;

/** What the optimizer does. */
export type TrainingOptions = Pick<TrainingConfiguration, keyof typeof OPTIMIZER_KEYS>;

/** What every key is that a configuration leaves out. */
export const DEFAULT_TRAINING: Omit<TrainingConfiguration, 'train' | 'dev'> = defaultsOf(TRAINING_SCHEMA);

/** Every key of a file that describes more than a training, in parts of their own, and leaves some keys to a model folder. */
export function trainingSchemaWith(
  parts: Record<string, object>,
  decidedElsewhere: readonly (keyof TrainingConfiguration)[],
) {
  const own = Object.entries(TRAINING_SCHEMA.properties).filter(
    ([key]) => !decidedElsewhere.includes(key as keyof TrainingConfiguration),
  );
  return { ...TRAINING_SCHEMA, properties: { ...Object.fromEntries(own), ...parts } };
}
