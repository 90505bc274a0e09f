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
  title: 'The part "sparsity" of a training run of falconframes',
  type: 'object',
  required: [],
  additionalProperties: false,
  properties: {
    method: {
      enum: METHODS,
      default: 'magnitude',
      description:
        'which weights go. magnitude: the smallest (Zhu & Gupta 2017, arXiv:1710.01878). movement: those that training moves towards zero (Sanh, Wolf & Rush 2020, arXiv:2005.07683), as many as the schedule says. soft_movement: those whose score falls below a threshold, as many as the penalty on scores brings about',
    },
    sparsity: {
      type: 'number',
      minimum: 0.01,
      maximum: 0.999,
      default: 0.8,
      description:
        "share of the weights of the encoder's layers that is zero at the end (magnitude, movement)",
    },
    begin: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'share of all steps before which no weight goes',
    },
    end: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.7,
      description: 'share of all steps after which no more weights go',
    },
    penalty: {
      type: 'number',
      minimum: 0,
      maximum: 1e6,
      default: 1,
      description: "of the mean sigmoid of the scores in the loss, at the schedule's end (soft_movement)",
    },
    scoreRate: {
      type: 'number',
      minimum: 1e-6,
      maximum: 10,
      default: 0.01,
      description:
        'learning rate of scores at its peak; it rises and falls as that of the weights (movement, soft_movement). 0.01 is that of the paper, for runs of many thousand steps',
    },
    headStart: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 1.5,
      description:
        'the score that a weight begins with if it is as large as the root mean square of its matrix; others in proportion to their size (movement, soft_movement). 0 as in the paper',
    },
  },
} as const satisfies ObjectSchema;

export type SparsityOptions = Complete<typeof SPARSITY_SCHEMA>;

export interface SparsityConfiguration extends TrainingConfiguration {
  sparsity: SparsityOptions;
}

/** Of a training configuration, what the model decides that is made sparse. */
const DECIDED_BY_MODEL = ['encoder', 'labels', 'scheme', 'words', 'maximumLength', 'threshold'] as const;

/** Every key of a configuration file. */
export const sparsityFileSchema = () => trainingSchemaWith({ sparsity: SPARSITY_SCHEMA }, DECIDED_BY_MODEL);

/** Reads and checks a training configuration with its part `sparsity`. Files are relative to it. */
export function readSparsityConfiguration(path: string): SparsityConfiguration {
  const value = readJson(path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${path}: must be a JSON object with the keys train, dev and sparsity`);
  const { sparsity = {}, ...training } = value as Record<string, unknown>;
  for (const key of DECIDED_BY_MODEL)
    if (key in training)
      throw new InputError(`${path}: "${key}" is that of the model which is made sparse; leave it out`);
  checkAgainst(SPARSITY_SCHEMA, sparsity, `${path}, "sparsity"`);
  const options: SparsityOptions = { ...defaultsOf(SPARSITY_SCHEMA), ...sparsity };
  if (options.begin >= options.end)
    throw new InputError(`${path}, "sparsity": "begin" must lie before "end"; change one`);
  return { ...configurationOfFile(training, path), sparsity: options };
}

/** Zhu & Gupta's cubic rise from 0 to 1 between two shares of a run: fast while there is much to spare. */
export function cubicRise(share: number, { begin, end }: Pick<SparsityOptions, 'begin' | 'end'>): number {
  const along = Math.min(1, Math.max(0, (share - begin) / (end - begin)));
  return 1 - (1 - along) ** 3;
}
