import { InputError } from '../../../foundation';
import {
  type Complete,
  checkAgainst,
  configurationOfFile,
  defaultsOf,
  type ObjectSchema,
  readJson,
  type TrainingConfiguration,
  trainingSchemaWith,
} from '../../../training';

export const METHODS = ['magnitude', 'movement', 'soft_movement'] as const;

/** Every key of `sparsity` in a configuration file; the other keys are those of training. */
export const SPARSITY_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The "sparsity" section of a training configuration of falconframes',
  type: 'object',
  required: [],
  additionalProperties: false,
  properties: {
    method: {
      enum: METHODS,
      default: 'magnitude',
      description:
        'which weights are set to zero. magnitude: the smallest (Zhu & Gupta 2017, arXiv:1710.01878). movement: those that training moves towards zero (Sanh, Wolf & Rush 2020, arXiv:2005.07683), their number set by the schedule. soft_movement: those whose score falls below a threshold, their number set by the penalty on scores',
    },
    sparsity: {
      type: 'number',
      minimum: 0.01,
      maximum: 0.999,
      default: 0.8,
      description:
        "share of the weights of the encoder's layers that is zero at the end (magnitude, movement)",
    },
    block: {
      type: ['integer', 'null'],
      minimum: 2,
      maximum: 1024,
      default: null,
      description:
        'side of the square blocks that are kept or set to zero as a whole (Lagunas et al. 2021, arXiv:2109.04838); null for single weights',
    },
    begin: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'share of all steps before the first weights are set to zero',
    },
    end: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.7,
      description: 'share of all steps after which no more weights are set to zero',
    },
    penalty: {
      type: 'number',
      minimum: 0,
      maximum: 1e6,
      default: 1,
      description:
        'weight of the mean sigmoid of the scores in the loss at the end of the schedule (soft_movement)',
    },
    scoreRate: {
      type: 'number',
      minimum: 1e-6,
      maximum: 10,
      default: 0.01,
      description:
        'peak learning rate of scores, with the schedule of the weights (movement, soft_movement). The paper uses 0.01, for runs of many thousand steps',
    },
    headStart: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 1.5,
      description:
        'initial score of a weight as large as the root mean square of its matrix, proportional to size for others (movement, soft_movement). The paper uses 0',
    },
  },
} as const satisfies ObjectSchema;

export type SparsityOptions = Complete<typeof SPARSITY_SCHEMA>;

export interface SparsityConfiguration extends TrainingConfiguration {
  sparsity: SparsityOptions;
}

/** Keys of a training configuration that are determined by the model. */
const DECIDED_BY_MODEL = ['encoder', 'labels', 'scheme', 'words', 'maximumLength', 'threshold'] as const;

/** Every key of a configuration file. */
export const sparsityFileSchema = () => trainingSchemaWith({ sparsity: SPARSITY_SCHEMA }, DECIDED_BY_MODEL);

/** Reads and checks a training configuration with a `sparsity` section. File paths are relative to it. */
export function readSparsityConfiguration(path: string): SparsityConfiguration {
  const value = readJson(path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${path}: must be a JSON object with the keys train, dev and sparsity`);
  const { sparsity = {}, ...training } = value as Record<string, unknown>;
  for (const key of DECIDED_BY_MODEL)
    if (key in training) throw new InputError(`${path}: "${key}" is determined by the model; leave it out`);
  return {
    ...configurationOfFile(training, path),
    sparsity: completeSparsity(sparsity, `${path}, "sparsity"`),
  };
}

/** Checks the options of a sparse training and fills in defaults. @param place for errors */
export function completeSparsity(value: unknown, place: string): SparsityOptions {
  checkAgainst(SPARSITY_SCHEMA, value, place);
  const options: SparsityOptions = { ...defaultsOf(SPARSITY_SCHEMA), ...value };
  if (options.begin >= options.end)
    throw new InputError(`${place}: "begin" must be less than "end"; change one`);
  return options;
}

/**
 * Peak learning rate of scores for a short run: the mean rate of a run is half of it, so that a score pushed in the same direction by every step
 * moves by 6, three times as far as the threshold of soft movement.
 */
export const scoreRateFor = (steps: number): number => 12 / steps;

/** Zhu & Gupta's cubic schedule, which rises from 0 to 1 between two shares of a run, fast at first. */
export function cubicRise(share: number, { begin, end }: Pick<SparsityOptions, 'begin' | 'end'>): number {
  const along = Math.min(1, Math.max(0, (share - begin) / (end - begin)));
  return 1 - (1 - along) ** 3;
}
