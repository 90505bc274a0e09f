/** The four classes of the task, in the order in which every table, head and figure lists them. */
export const ENTITY_CLASSES = ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'] as const;

export type EntityClass = (typeof ENTITY_CLASSES)[number];

export function isEntityClass(value: unknown): value is EntityClass {
  return (ENTITY_CLASSES as readonly unknown[]).includes(value);
}

/** One value for each class. */
export function byClass<Value>(
  compute: (label: EntityClass, index: number) => Value,
): Record<EntityClass, Value> {
  return Object.fromEntries(ENTITY_CLASSES.map((label, index) => [label, compute(label, index)])) as Record<
    EntityClass,
    Value
  >;
}

/** A mention: `text.slice(start, end)`, offsets in UTF-16 code units, end exclusive. */
export interface Span {
  start: number;
  end: number;
  label: EntityClass;
}
