import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../../foundation';
import {
  type Complete,
  checkAgainst,
  configurationOfFile,
  defaultsOf,
  type ObjectSchema,
  readJson,
  type TrainingConfiguration,
  trainingSchemaWith,
} from '../../training';

/** Every key of `distillation` in a configuration file; the other keys are those of training. */
export const DISTILLATION_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The "distillation" section of a training configuration of falconframes',
  type: 'object',
  required: [],
  additionalProperties: false,
  properties: {
    layers: {
      type: ['integer', 'array', 'null'],
      minimum: 1,
      minItems: 1,
      items: { type: 'integer', minimum: 0 },
      default: null,
      description:
        "number of the student's layers, spread over its teacher's, or the teacher's layers to copy, counted from 0, such as [0, 2, 5]; if \"student\" is a pretrained encoder, those of that; null for 3 of the teacher's, or all of the encoder's",
    },
    hiddenSize: {
      type: ['integer', 'null'],
      minimum: 8,
      default: null,
      description: "null for the teacher's; the student then starts with the teacher's weights",
    },
    attentionHeads: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: "null for the number that keeps the width of the teacher's heads",
    },
    intermediateSize: {
      type: ['integer', 'null'],
      minimum: 8,
      default: null,
      description: "width of the feed-forward layers; null for the teacher's ratio to the hidden size",
    },
    student: {
      type: ['string', 'null'],
      default: null,
      description:
        'a model to start from instead of the teacher: the folder of a trained one, such as the pruned teacher, or the folder or name of a pretrained encoder, as in "encoder" of `train`; any architecture, size and tokenizer',
    },
    temperature: {
      type: 'number',
      minimum: 0.1,
      maximum: 100,
      default: 2,
      description: 'divides the logits of student and teacher before they are compared',
    },
    softWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 1,
      description: "weight of the teacher's probabilities in the loss",
    },
    hardWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0.5,
      description: 'weight of the labels in the loss',
    },
    hiddenWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'weight of hidden states; above 0 the teacher runs in every step',
    },
    relationWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'weight of attention relations; above 0 the teacher runs in every step',
    },
    relationHeads: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        "number of heads into which queries, keys and values are split for relations; null for the teacher's attention heads",
    },
    matching: {
      enum: ['last', 'all'],
      default: 'last',
      description: "which of the student's layers learn from hidden states and relations",
    },
    unlabelled: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description: "text files, one paragraph per line, learned only from the teacher's predictions",
    },
    maximumUnlabelled: {
      type: 'integer',
      minimum: 1,
      default: 100_000,
      description: 'maximum number of sentences of the unlabelled text, sampled with the seed',
    },
  },
} as const satisfies ObjectSchema;

/** The shape of a student, and what it learns from its teacher. */
export type DistillationOptions = Complete<typeof DISTILLATION_SCHEMA>;

/** The full configuration of a distillation. */
export interface DistillationConfiguration extends TrainingConfiguration {
  distillation: DistillationOptions;
}

export const DEFAULT_DISTILLATION: DistillationOptions = defaultsOf(DISTILLATION_SCHEMA);

/** Keys of a training configuration that are determined by the student's initial folder: the teacher's, or "student". */
const DECIDED_BY_FOLDER = ['encoder', 'labels', 'scheme', 'words', 'threshold'] as const;
/** Every key of a configuration file. */
export const distillationFileSchema = () => ({
  ...trainingSchemaWith({ distillation: DISTILLATION_SCHEMA }, DECIDED_BY_FOLDER),
  title: 'A distillation of falconframes',
});

const DESCRIBES_STUDENT = ['hiddenSize', 'attentionHeads', 'intermediateSize'];

/** Reads and checks a training configuration with a `distillation` section. File paths are relative to it. */
export function readDistillationConfiguration(path: string): DistillationConfiguration {
  const value = readJson(path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${path}: must be a JSON object with the keys train, dev and distillation`);
  const { distillation = {}, ...training } = value as Record<string, unknown>;
  for (const key of DECIDED_BY_FOLDER)
    if (key in training)
      throw new InputError(
        `${path}: "${key}" is determined by the folder that the student starts from; leave it out`,
      );
  const options = completeDistillation(distillation, `${path}, "distillation"`);
  const inFolder = (file: string) => resolve(dirname(path), file);
  return {
    ...configurationOfFile(training, path),
    distillation: {
      ...options,
      student: options.student && placeOf(options.student, inFolder),
      unlabelled: options.unlabelled.map(inFolder),
    },
  };
}

/** Returns a student's folder if there is one relative to the configuration; else it is a name, or relative to the working folder. */
const placeOf = (student: string, inFolder: (file: string) => string): string =>
  existsSync(inFolder(student)) ? inFolder(student) : student;

/** Checks the options of a distillation and fills in defaults. @param place for errors */
export function completeDistillation(value: unknown, place: string): DistillationOptions {
  checkAgainst(DISTILLATION_SCHEMA, value, place);
  const options: DistillationOptions = { ...DEFAULT_DISTILLATION, ...value };
  const { softWeight, hardWeight, hiddenWeight, relationWeight, student, unlabelled } = options;
  if (softWeight + hiddenWeight + relationWeight === 0)
    throw new InputError(
      `${place}: "softWeight", "hiddenWeight" and "relationWeight" are all 0, so nothing is learned from the teacher; raise one`,
    );
  if (softWeight + hardWeight === 0)
    throw new InputError(
      `${place}: "softWeight" and "hardWeight" are both 0, so the student's head learns nothing; raise one`,
    );
  const described = DESCRIBES_STUDENT.find((key) => key in value);
  if (student !== null && described)
    throw new InputError(
      `${place}: "student" names a model, which determines the student's shape; leave "${described}" out`,
    );
  if (unlabelled.length === 0 && 'maximumUnlabelled' in value)
    throw new InputError(
      `${place}: "maximumUnlabelled" has no effect without "unlabelled"; name text files or leave it out`,
    );
  return options;
}
