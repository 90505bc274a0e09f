/** The subset of JSON Schema used by our configurations. */
export interface PropertySchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: PropertySchema;
  readonly additionalProperties?: PropertySchema;
  readonly propertyNames?: { readonly enum: readonly string[] };
  readonly default?: unknown;
  readonly description?: string;
}

/**
 * An object with known keys. Declared `as const satisfies ObjectSchema`, it is the single source of a configuration: its type
 * (`Complete`), its check (`checkAgainst`), its defaults (`defaultsOf`), the output of `--schema`, and docs/configuration.md.
 */
export interface ObjectSchema {
  readonly $schema: string;
  readonly title: string;
  readonly type: 'object';
  readonly required: readonly string[];
  readonly additionalProperties: false;
  readonly properties: Readonly<Record<string, PropertySchema>>;
}

/**
 * Type of the values that a JSON Schema allows, so that a configuration's type is derived from its schema. Supports the subset in
 * `PropertySchema`. The schema must be declared `as const`.
 */
export type Static<Schema> = Schema extends { enum: readonly (infer One)[] }
  ? One
  : OfKind<KindOf<Schema>, Schema>;

export type KindOf<Schema> = Schema extends { type: infer Kind }
  ? Kind extends readonly (infer One)[]
    ? One
    : Kind
  : never;

export type OfKind<Kind, Schema> = Kind extends 'integer' | 'number'
  ? number
  : Kind extends 'string'
    ? string
    : Kind extends 'null'
      ? null
      : Kind extends 'array'
        ? Schema extends { items: infer Item }
          ? Static<Item>[]
          : never
        : Kind extends 'object'
          ? Schema extends { additionalProperties: infer Value }
            ? Record<string, Static<Value>>
            : never
          : never;

export type Properties<Schema extends ObjectSchema> = Schema['properties'];
export type Required<Schema extends ObjectSchema> = Schema['required'][number] & keyof Properties<Schema>;
export type WithDefault<Schema extends ObjectSchema> = {
  [Key in keyof Properties<Schema>]: Properties<Schema>[Key] extends { default: unknown } ? Key : never;
}[keyof Properties<Schema>];

/** Expanded, so that editors and errors show the keys. */
export type Flat<T> = { [Key in keyof T]: T[Key] };
export type ValuesOf<Schema extends ObjectSchema, Keys extends keyof Properties<Schema>> = {
  -readonly [Key in Keys]: Static<Properties<Schema>[Key]>;
};

/** Type of a file that follows the schema: keys that are not required are optional. */
export type Given<Schema extends ObjectSchema> = Flat<
  ValuesOf<Schema, Required<Schema>> &
    Partial<ValuesOf<Schema, Exclude<keyof Properties<Schema>, Required<Schema>>>>
>;

/** The value of each key that has a default. */
export type Defaults<Schema extends ObjectSchema> = Flat<ValuesOf<Schema, WithDefault<Schema>>>;

/** Type after filling in defaults: only a key without one may be missing. */
export type Complete<Schema extends ObjectSchema> = Flat<
  ValuesOf<Schema, Required<Schema> | WithDefault<Schema>> &
    Partial<ValuesOf<Schema, Exclude<keyof Properties<Schema>, Required<Schema> | WithDefault<Schema>>>>
>;
