import { describeJson, InputError } from '../../foundation';
import {
  contradictionIn,
  readJson,
  TRAINING_SCHEMA,
  type TrainingConfiguration,
  unusedKeys,
  withDefaults,
} from '../configuration';
import { checkAgainst, complaintAbout } from '../schema';
import type { ObjectSchema, PropertySchema } from '../schema-types';
import type { Range, Setting, Space, Values } from './space';

/** The varied and the fixed keys of a training configuration in a search. All other keys have their defaults. */
export interface SearchSpace {
  parameters: Space;
  fixed: Partial<TrainingConfiguration>;
}

/** The files are given separately, so that a space can be used for any. */
const { train: _, dev: __, ...settings } = TRAINING_SCHEMA.properties;
const names = Object.keys(settings);

/** Every key of a file that describes a search; also printed by `falconframes search --schema`. */
export const SPACE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The settings varied by a falconframes search',
  type: 'object',
  required: ['parameters'],
  additionalProperties: false,
  properties: {
    parameters: {
      type: 'object',
      propertyNames: { enum: names },
      additionalProperties: {
        type: 'object',
        propertyNames: { enum: ['choices', 'uniform', 'logUniform', 'integer'] },
        additionalProperties: {
          type: 'array',
          items: { type: ['string', 'number', 'null'] },
          minItems: 1,
          maxItems: 10_000,
        },
      },
      description:
        'keys of a training configuration, each with {"choices": [values]}, {"uniform": [low, high]}, {"logUniform": [low, high]} or {"integer": [low, high]}',
    },
    fixed: {
      type: 'object',
      propertyNames: { enum: names },
      default: {},
      description: 'keys of a training configuration with a value shared by all trials',
    },
  },
} as const satisfies ObjectSchema & { properties: Record<keyof SearchSpace, PropertySchema> };

/** Reads and checks the description of a search. */
export function readSearchSpace(path: string): SearchSpace {
  const given: unknown = readJson(path);
  checkAgainst(SPACE_SCHEMA, given, path);
  // Values are checked below, each by the schema of its key.
  const { parameters, fixed = {} } = given as unknown as SearchSpace;
  const fail = (complaint: string): never => {
    throw new InputError(`${path}: ${complaint}`);
  };
  if (Object.keys(parameters).length === 0) fail('"parameters" is empty; name what to vary');
  for (const [name, range] of Object.entries(parameters)) {
    if (name in fixed) fail(`"${name}" is in both "parameters" and "fixed"; remove one`);
    const complaint = complaintAboutRange(range, propertyOf(name));
    if (complaint) fail(`"${name}" in "parameters" ${complaint}`);
  }
  for (const [name, value] of Object.entries(fixed)) {
    const complaint = complaintAbout(value, propertyOf(name));
    if (complaint) fail(`"${name}" in "fixed" ${complaint}, found ${describeJson(value)}`);
  }
  const contradiction = contradictionInAll({ parameters, fixed });
  if (contradiction) fail(contradiction);
  return { parameters, fixed };
}

const propertyOf = (name: string): PropertySchema => settings[name as keyof typeof settings];

function complaintAboutRange(range: Range, property: PropertySchema): string | undefined {
  const kinds = Object.entries(range) as [string, readonly Setting[]][];
  if (kinds.length !== 1) return 'must have one of choices, uniform, logUniform and integer';
  const [[kind, bounds]] = kinds;
  const wrong = bounds.find((bound) => complaintAbout(bound, property));
  if (wrong !== undefined) return `${complaintAbout(wrong, property)}, found ${describeJson(wrong)}`;
  if (kind === 'choices') {
    const seen = new Set<Setting>();
    const twice = bounds.find((choice) => seen.size === seen.add(choice).size);
    return twice === undefined ? undefined : `lists ${describeJson(twice)} twice`;
  }
  const [low, high] = bounds as readonly number[];
  const found = `[${bounds.slice(0, 3).map(describeJson).join(',')}]`;
  if (bounds.length !== 2 || bounds.some((bound) => typeof bound !== 'number') || low >= high)
    return `needs [low, high] for ${kind}, two ascending numbers, found ${found}`;
  if (kind === 'logUniform' && low <= 0) return `has a logarithm of ${low}; begin above 0, or take uniform`;
  const isWhole = Number.isInteger(low) && Number.isInteger(high);
  if (kind === 'integer') return isWhole ? undefined : `needs whole numbers for integer, found ${found}`;
  return property.type === 'integer' ? `takes whole numbers; write "integer" for "${kind}"` : undefined;
}

/**
 * Returns a contradiction between keys that affects every trial. If only some trials are affected, these fail and the others run.
 */
function contradictionInAll({ parameters, fixed }: SearchSpace): string | undefined {
  const firstValues = Object.entries(parameters).map(([name, range]) => [name, Object.values(range)[0][0]]);
  const given = { ...fixed, ...Object.fromEntries(firstValues) } as Partial<TrainingConfiguration>;
  const choicesOf = (name: 'loss' | 'scheme'): readonly unknown[] => {
    const range = parameters[name];
    return range && 'choices' in range ? range.choices : [given[name]];
  };
  const complaints = choicesOf('scheme').flatMap((scheme) =>
    choicesOf('loss').map((loss) => {
      const chosen = Object.entries({ ...given, scheme, loss }).filter(([, value]) => value !== undefined);
      const values: Partial<TrainingConfiguration> = Object.fromEntries(chosen);
      return contradictionIn(values, { train: [], dev: [], ...withDefaults(values) });
    }),
  );
  return complaints.every(Boolean) ? complaints[0] : undefined;
}

/** Returns the settings of a trial in its training configuration, without those that its loss and scheme do not use. */
export function settingsOf({ fixed }: SearchSpace, values: Values): Partial<TrainingConfiguration> {
  const given: Partial<TrainingConfiguration> = { ...fixed, ...values };
  const unused = unusedKeys(withDefaults(given));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !unused.includes(name)));
}
