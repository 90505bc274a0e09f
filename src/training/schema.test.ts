import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAgainst, defaultsOf } from './schema';
import type { Complete, Given, ObjectSchema } from './schema-types';

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A test',
  type: 'object',
  required: ['files'],
  additionalProperties: false,
  properties: {
    files: { type: 'array', items: { type: 'string' }, description: 'files to read' },
    kind: { enum: ['one', 'other'], default: 'one' },
    size: { type: ['integer', 'null'], minimum: 1, default: null },
    weights: { type: 'object', additionalProperties: { type: 'number' }, default: {} },
    names: { type: 'array', items: { type: 'string' } },
  },
} as const satisfies ObjectSchema;

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

test('a schema defines the type: the compiler checks this', () => {
  interface Expected {
    files: string[];
    kind: 'one' | 'other';
    size: number | null;
    weights: Record<string, number>;
    names?: string[];
  }
  const complete: Same<Complete<typeof SCHEMA>, { [Key in keyof Expected]: Expected[Key] }> = true;
  const given: Same<Given<typeof SCHEMA>['kind'], 'one' | 'other' | undefined> = true;
  assert.ok(complete && given);
});

test('a schema defines the defaults, and what is rejected', () => {
  const value: unknown = { files: ['a'], size: 3 };
  checkAgainst(SCHEMA, value, 'file');
  const whole: Complete<typeof SCHEMA> = { ...defaultsOf(SCHEMA), ...value };
  assert.deepEqual(whole, { files: ['a'], kind: 'one', size: 3, weights: {} });
  const refuse = (given: unknown, message: string) =>
    assert.throws(() => checkAgainst(SCHEMA, given, 'file'), { name: 'InputError', message });
  refuse({}, 'file: "files" is missing; give files to read');
  refuse({ files: [], kind: 'none' }, 'file: "kind" must be one of "one", "other", found "none"');
  refuse({ files: [], size: 0 }, 'file: "size" must be a whole number or null from 1 on, found 0');
});
