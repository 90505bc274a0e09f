import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeJson, InputError } from '../../../foundation';
import {
  type Complete,
  checkAgainst,
  completePretraining,
  defaultsOf,
  type ObjectSchema,
  type PretrainingConfiguration,
  pretrainingFileSchema,
  pretrainingOfFile,
} from '../../../training';
import { DISTILLATION_SCHEMA } from '../options';

/** Every key of `distillation` in the configuration of a pre-training. */
export const GENERAL_DISTILLATION_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The "distillation" section of a pre-training of falconframes',
  type: 'object',
  required: ['teacher'],
  additionalProperties: false,
  properties: {
    teacher: {
      type: 'string',
      description:
        'name or folder of the encoder to learn from, as in "encoder" of `train`; its tokenizer becomes the student\'s',
    },
    teacherLayer: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description:
        "the teacher's layer that the student's last one learns from, counted from 0; null for the last",
    },
    relationWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 1,
      description: 'weight of the relations between queries, between keys and between values',
    },
    relationHeads: DISTILLATION_SCHEMA.properties.relationHeads,
    hiddenWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 1,
      description:
        "weight of the squared error of hidden states, relative to their variance in the teacher's layer",
    },
  },
} as const satisfies ObjectSchema;

/** What a new encoder learns from its teacher. */
export type GeneralDistillationOptions = Complete<typeof GENERAL_DISTILLATION_SCHEMA>;

/** A pre-training in which a new encoder learns from a teacher instead of masked words. */
export interface GeneralDistillationConfiguration extends Omit<PretrainingConfiguration, 'encoder'> {
  /** The student's shape. */
  fresh: NonNullable<PretrainingConfiguration['fresh']>;
  distillation: GeneralDistillationOptions;
}

/** The schema of the file of a pre-training, with the section on distillation. */
export const generalDistillationFileSchema = () => {
  const schema = pretrainingFileSchema();
  return { ...schema, properties: { ...schema.properties, distillation: GENERAL_DISTILLATION_SCHEMA } };
};

/** Checks the content of a configuration file at `path`; its files are relative to it. */
export function generalDistillationOfFile(
  { distillation, ...rest }: Readonly<Record<string, unknown>>,
  path: string,
): GeneralDistillationConfiguration {
  const { teacher, ...options } = complete(distillation, rest, path);
  const inFolder = resolve(dirname(path), teacher);
  const { encoder: _, fresh, ...configuration } = pretrainingOfFile(rest, path);
  return {
    ...configuration,
    fresh: fresh!,
    distillation: { ...options, teacher: existsSync(inFolder) ? inFolder : teacher },
  };
}

/**
 * Checks the configuration of a general distillation and fills in the defaults.
 *
 * @param place names the configuration in errors
 */
export function completeGeneralDistillation(
  { distillation, ...rest }: Readonly<Record<string, unknown>>,
  place: string,
): GeneralDistillationConfiguration {
  const options = complete(distillation, rest, place);
  const { encoder: _, fresh, ...configuration } = completePretraining(rest, place);
  return { ...configuration, fresh: fresh!, distillation: options };
}

function complete(
  distillation: unknown,
  rest: Readonly<Record<string, unknown>>,
  place: string,
): GeneralDistillationOptions {
  const section = `${place}, "distillation"`;
  checkAgainst(GENERAL_DISTILLATION_SCHEMA, distillation, section);
  const options = { ...defaultsOf(GENERAL_DISTILLATION_SCHEMA), ...distillation };
  if (options.relationWeight + options.hiddenWeight === 0)
    throw new InputError(
      `${section}: "relationWeight" and "hiddenWeight" are both 0, so nothing is learned from the teacher; raise one`,
    );
  if (rest.fresh === undefined)
    throw new InputError(`${place}: "fresh" is missing; with "distillation", it gives the student's shape`);
  if (rest.encoder !== undefined)
    throw new InputError(
      `${place}: "encoder" is ${describeJson(rest.encoder)}, but the student is new and has its teacher's tokenizer; leave it out`,
    );
  return options;
}
