import { dirname, resolve } from 'node:path';
import { InputError, readTextFile } from '../foundation';
import { isScheme, type LabelScheme } from '../tokenization';

/** What the optimizer does. */
export interface TrainingOptions {
  epochs: number;
  /** Windows a step. */
  batchSize: number;
  learningRate: number;
  /** Share of all steps over which the learning rate rises. */
  warmupShare: number;
  weightDecay: number;
  /** Gradients longer than this (Euclidean norm over all parameters) are scaled down to it. */
  clipNorm: number;
  seed: number;
}

/** A training run as a file: what the command `train` reads. */
export interface TrainingConfiguration extends TrainingOptions {
  /** A name of models/registry.json, or a folder. */
  encoder: string;
  /** JSONL files of sentences, relative to the configuration file. */
  train: string[];
  dev: string[];
  scheme: LabelScheme;
  maximumLength: number;
  threshold: number;
}

export const DEFAULT_TRAINING: Omit<TrainingConfiguration, 'train' | 'dev'> = {
  encoder: 'minilm-l6-h384-uncased',
  scheme: 'bio',
  maximumLength: 256,
  threshold: 0.5,
  epochs: 3,
  batchSize: 32,
  learningRate: 1e-4,
  warmupShare: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 1,
};

type Check = (value: unknown) => string | undefined;

const wholeFrom =
  (least: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least
      ? undefined
      : `must be a whole number from ${least} on`;

const between =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high
      ? undefined
      : `must be a number from ${low} to ${high}`;

const files: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((file) => typeof file === 'string')
    ? undefined
    : 'must be a list of at least one file';

const CHECKS: Record<keyof TrainingConfiguration, Check> = {
  encoder: (value) =>
    typeof value === 'string' && value ? undefined : 'must be the name or folder of an encoder',
  train: files,
  dev: files,
  scheme: (value) => (isScheme(value) ? undefined : 'must be "bio" or "token"'),
  maximumLength: wholeFrom(8),
  threshold: between(0.01, 0.99),
  epochs: wholeFrom(1),
  batchSize: wholeFrom(1),
  learningRate: between(1e-8, 1),
  warmupShare: between(0, 1),
  weightDecay: between(0, 1),
  clipNorm: between(1e-6, 1e6),
  seed: wholeFrom(0),
};

/** Reads and checks a training configuration; keys left out take `DEFAULT_TRAINING`'s values. */
export function readTrainingConfiguration(path: string): TrainingConfiguration {
  const content = readTextFile(path);
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(content);
  } catch (error) {
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); correct the file`);
  }
  const configuration: Record<string, unknown> = { ...DEFAULT_TRAINING, ...given };
  for (const [key, value] of Object.entries(configuration)) {
    const check = CHECKS[key as keyof TrainingConfiguration];
    if (!check)
      throw new InputError(
        `${path}: "${key}" is no key of a training configuration; known are ${Object.keys(CHECKS).join(', ')}`,
      );
    const complaint = check(value);
    if (complaint) throw new InputError(`${path}: "${key}" ${complaint}, found ${JSON.stringify(value)}`);
  }
  for (const key of ['train', 'dev'] as const) {
    if (!configuration[key])
      throw new InputError(`${path}: "${key}" is missing; list the JSONL files of sentences`);
    configuration[key] = (configuration[key] as string[]).map((file) => resolve(dirname(path), file));
  }
  return configuration as unknown as TrainingConfiguration;
}
