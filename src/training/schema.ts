import { describeJson, InputError } from '../foundation';
import type { Defaults, Given, ObjectSchema, PropertySchema } from './schema-types';

/** Returns the value of each key that has a default. */
export function defaultsOf<Schema extends ObjectSchema>({ properties }: Schema): Defaults<Schema> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, property]) =>
      'default' in property ? [[key, property.default]] : [],
    ),
  ) as Defaults<Schema>;
}

/** @throws InputError that names the place, the key and the expected value */
export function checkAgainst<Schema extends ObjectSchema>(
  schema: Schema,
  value: unknown,
  place: string,
): asserts value is Given<Schema> {
  if (typeOf(value) !== 'object')
    throw new InputError(`${place}: must be a JSON object with the keys ${schema.required.join(', ')}`);
  const given = value as Record<string, unknown>;
  const { properties } = schema;
  for (const [key, own] of Object.entries(given)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!property)
      throw new InputError(
        `${place}: ${describeJson(key)} is not a key of a configuration; known keys are ${Object.keys(properties).join(', ')}`,
      );
    const complaint = complaintAbout(own, property);
    if (complaint) throw new InputError(`${place}: "${key}" ${complaint}, found ${describeJson(own)}`);
  }
  for (const key of schema.required)
    if (!(key in given))
      throw new InputError(`${place}: "${key}" is missing; give ${schema.properties[key].description}`);
}

/** Describes what is wrong with a value, such as "must be a whole number"; undefined if nothing is. */
export function complaintAbout(value: unknown, schema: PropertySchema): string | undefined {
  const { minimum, maximum, minItems, maxItems, items, additionalProperties, propertyNames } = schema;
  if (schema.enum && !schema.enum.includes(value as string))
    return `must be one of ${schema.enum.map((one) => `"${one}"`).join(', ')}`;
  if (schema.type !== undefined) {
    const allowed = [schema.type].flat();
    if (!allowed.some((type) => type === typeOf(value) || (type === 'number' && typeOf(value) === 'integer')))
      return `must be ${inWords(schema)}`;
  }
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `must be ${inWords(schema)}`;
    if (maximum !== undefined && value > maximum) return `must be ${inWords(schema)}`;
  }
  if (Array.isArray(value)) {
    if (minItems !== undefined && value.length < minItems) return `must list at least ${minItems}`;
    if (maxItems !== undefined && value.length > maxItems) return `must list at most ${maxItems}`;
    const wrong = items && value.map((item) => complaintAbout(item, items)).find(Boolean);
    if (wrong) return `has an entry that ${wrong}`;
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, own] of Object.entries(value)) {
      if (propertyNames && !propertyNames.enum.includes(name))
        return `names ${describeJson(name)}; known are ${propertyNames.enum.join(', ')}`;
      const wrong = additionalProperties && complaintAbout(own, additionalProperties);
      if (wrong) return `has ${describeJson(name)}, which ${wrong}`;
    }
  }
  return undefined;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function inWords({ type, minimum, maximum }: PropertySchema): string {
  const names: Record<string, string> = {
    integer: 'a whole number',
    number: 'a number',
    string: 'a text',
    array: 'a list',
    object: 'an object',
    null: 'null',
  };
  const kind = [type ?? []]
    .flat()
    .map((name) => names[name])
    .join(' or ');
  if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`;
  return minimum === undefined ? kind : `${kind} from ${minimum} on`;
}
