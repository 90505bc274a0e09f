import { dirname, normalize, resolve } from 'node:path';
import { describeJson, InputError, parseJson, readTextFile } from '../foundation';
import type { Variations } from '../tasks';
import { LOSSES, type LossOptions, USED_BY } from '../tasks';
import type { LabelScheme, Threshold, WordRule } from '../tokenization';
import { SCHEDULES, type Schedule } from './schedule';
import { checkAgainst, type ObjectSchema } from './schema';

/** What the optimizer does. */
export interface TrainingOptions {
  epochs: number;
  /** Windows a batch. */
  batchSize: number;
  /**
   * Tokens a batch at most, padding included: few long windows or many short ones, so that no batch takes more memory than others.
   * null for batches of `batchSize` windows, whatever their length.
   */
  batchTokens: number | null;
  /** Batches whose mean gradient makes one step. */
  accumulation: number;
  /** Of the head, at its peak. */
  learningRate: number;
  schedule: Schedule;
  /** Share of all steps over which the learning rate rises. */
  warmupShare: number;
  /** Each layer's learning rate as a share of that of the layer above; 1 for the same everywhere. */
  layerDecay: number;
  weightDecay: number;
  /** Gradients longer than this (Euclidean norm over all parameters) are scaled down to it. */
  clipNorm: number;
  /** Decay of the moving average of the weights, which is evaluated and saved in their place; 0 for none. */
  averaging: number;
  /** Training ends after so many epochs without a better one; 0 for never. */
  patience: number;
  /** A checkpoint is written after so many minutes: what a killed run loses at most. Decides nothing else. */
  checkpointMinutes: number;
  seed: number;
}

/** A training run as a file: what the command `train` reads. */
export interface TrainingConfiguration extends TrainingOptions, LossOptions {
  /** A folder, a name of models/registry.json, or a model of the Hugging Face hub (`owner/model`). */
  encoder: string;
  /** JSONL files of sentences, relative to the configuration file. */
  train: string[];
  dev: string[];
  /** The labels in their order; left out, those of the training files. */
  labels?: string[];
  scheme: LabelScheme;
  words: WordRule;
  maximumLength: number;
  /** In a file a number. */
  threshold: Threshold;
  /** Dropout of hidden states and attention; null for the encoder's own. */
  dropout: number | null;
  /** Copies of training sentences with other mentions. */
  variations: Variations;
}

/** Every key of a configuration file; also printed by `falconframes train --schema`. */
export const TRAINING_SCHEMA: ObjectSchema<keyof TrainingConfiguration> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A training run of falconframes',
  type: 'object',
  required: ['train', 'dev'],
  additionalProperties: false,
  properties: {
    encoder: {
      type: 'string',
      default: 'minilm-l6-h384-uncased',
      description: 'name or folder of an encoder',
    },
    train: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'JSONL files of sentences' },
    dev: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'files that choose the epoch',
    },
    labels: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'the labels in their order; left out, those of the training files',
    },
    scheme: {
      enum: ['bio', 'token', 'exclusive'],
      default: 'bio',
      description: 'labels: B and I of each class, or one',
    },
    words: {
      enum: ['first', 'all', 'all-inside'],
      default: 'first',
      description: 'which tokens of a word carry its label',
    },
    maximumLength: {
      type: 'integer',
      minimum: 8,
      maximum: 100_000,
      default: 256,
      description: 'tokens of a window',
    },
    threshold: { type: 'number', minimum: 0.01, maximum: 0.99, default: 0.5, description: 'of the sigmoids' },
    dropout: {
      type: ['number', 'null'],
      minimum: 0,
      maximum: 0.9,
      default: null,
      description: "of hidden states and attention; null for the encoder's own",
    },
    variations: {
      type: 'object',
      additionalProperties: { type: 'integer', minimum: 0, maximum: 20 },
      default: {},
      description: 'copies of each sentence that mentions the class, with other mentions in it',
    },
    loss: {
      enum: LOSSES,
      default: 'bce',
      description: 'cross_entropy: B, I and outside exclude one another',
    },
    focalGamma: { type: 'number', minimum: 0, maximum: 10, default: 2, description: 'of the focal losses' },
    labelSmoothing: {
      type: 'number',
      minimum: 0,
      maximum: 0.5,
      default: 0,
      description: 'of smooth_focal and cross_entropy',
    },
    classWeights: {
      type: 'object',
      additionalProperties: { type: 'number', minimum: 0, maximum: 100 },
      default: {},
      description: 'factors in the loss; 1 for a class that is not named',
    },
    epochs: { type: 'integer', minimum: 1, default: 3 },
    batchSize: { type: 'integer', minimum: 1, maximum: 100_000, default: 32, description: 'windows' },
    batchTokens: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 10_000_000,
      default: null,
      description: 'in place of batchSize: as many windows as fit into so many tokens, padding included',
    },
    accumulation: {
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      default: 1,
      description: 'batches a step',
    },
    learningRate: { type: 'number', minimum: 1e-8, maximum: 1, default: 1e-4, description: 'at its peak' },
    schedule: { enum: SCHEDULES, default: 'linear' },
    warmupShare: { type: 'number', minimum: 0, maximum: 1, default: 0.1, description: 'of all steps' },
    layerDecay: {
      type: 'number',
      minimum: 0.1,
      maximum: 1,
      default: 1,
      description: 'learning rate of a layer as a share of that of the layer above',
    },
    weightDecay: { type: 'number', minimum: 0, maximum: 1, default: 0.01 },
    clipNorm: { type: 'number', minimum: 1e-6, maximum: 1e6, default: 1, description: 'longest gradient' },
    averaging: {
      type: 'number',
      minimum: 0,
      maximum: 0.99999,
      default: 0,
      description: 'decay of the moving average of the weights; 0 for none',
    },
    patience: {
      type: 'integer',
      minimum: 0,
      maximum: 10_000,
      default: 0,
      description: 'epochs without a better one; 0: all',
    },
    checkpointMinutes: { type: 'number', minimum: 0, maximum: 1_000_000, default: 10 },
    seed: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
  },
};

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

/** What every key is that a configuration leaves out. */
export const DEFAULT_TRAINING = Object.fromEntries(
  Object.entries(TRAINING_SCHEMA.properties).flatMap(([key, property]) =>
    'default' in property ? [[key, property.default]] : [],
  ),
) as unknown as Omit<TrainingConfiguration, 'train' | 'dev'>;

/** Reads and checks a training configuration; keys left out take `DEFAULT_TRAINING`'s values. */
export function readTrainingConfiguration(path: string): TrainingConfiguration {
  return configurationOfFile(readJson(path), path);
}

/** What a configuration file at `path` holds, checked; its files are relative to it. */
export function configurationOfFile(value: unknown, path: string): TrainingConfiguration {
  const configuration = completeConfiguration(value, path);
  const inFolder = (file: string) => resolve(dirname(path), file);
  return {
    ...configuration,
    train: configuration.train.map(inFolder),
    dev: configuration.dev.map(inFolder),
  };
}

/**
 * Checks a configuration and gives keys that are left out their defaults.
 *
 * @param place what the configuration is, for the error
 */
export function completeConfiguration(value: unknown, place: string): TrainingConfiguration {
  checkAgainst(TRAINING_SCHEMA, value, place);
  const given = value as Record<string, unknown>;
  const configuration = { ...DEFAULT_TRAINING, ...given } as TrainingConfiguration;
  const contradiction = contradictionIn(given, configuration);
  if (contradiction) throw new InputError(`${place}: ${contradiction}`);
  return configuration;
}

/** Bytes of a configuration file. */
const LARGEST_FILE = 16 * 2 ** 20;

/** A file of JSON, whatever it holds. */
export function readJson(path: string): unknown {
  try {
    return parseJson(readTextFile(path, LARGEST_FILE));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); correct the file`);
  }
}

export const MOST_EPOCHS = 10_000;

/** Keys that are each right and do not go together. @param given without those that have their default */
export function contradictionIn(
  given: Record<string, unknown>,
  { loss, averaging, patience, epochs, schedule, warmupShare, train, dev }: TrainingConfiguration,
): string | undefined {
  for (const [key, losses] of Object.entries(USED_BY))
    if (Number(given[key]) > 0 && !losses.includes(loss))
      return `"${key}" does nothing with the loss "${loss}"; leave it out, or choose ${losses.join(' or ')}`;
  if ('batchSize' in given && Number(given.batchTokens) > 0)
    return '"batchSize" and "batchTokens" both say how large a batch is; leave one of them out';
  if (epochs > MOST_EPOCHS) return `"epochs" is ${epochs}; choose ${MOST_EPOCHS} at most`;
  if (patience >= epochs)
    return `"patience" of ${patience} epochs can end no run of ${epochs}; make it smaller, or 0`;
  if (schedule !== 'constant' && warmupShare === 1)
    return '"warmupShare" of 1 leaves no step for the rate to fall; make it smaller, or the schedule constant';
  if (averaging > 0 && averaging < 0.5)
    return `"averaging" of ${averaging} forgets at once; choose 0 for none, or such as 0.999`;
  const both = train.find((file) => dev.some((other) => normalize(other) === normalize(file)));
  if (both)
    return `${describeJson(both)} stands in "train" and in "dev"; an epoch cannot be chosen by what it learned`;
  return undefined;
}
