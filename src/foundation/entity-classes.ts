/** The four classes of the literature task, in the order used by every table, head and figure. */
export const ENTITY_CLASSES: readonly string[] = ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'];

export function isEntityClass(value: unknown): value is string {
  return (ENTITY_CLASSES as readonly unknown[]).includes(value);
}
