import { parentsOf } from './graph';
import type { OntologyTerm } from './ontology';

/**
 * Returns one cycle of `is_a`, each term a child of the next; null if there is none. Follows parents depth first: one that is still
 * being followed closes a cycle.
 */
export function findCycle(
  terms: readonly OntologyTerm[],
  byId: ReadonlyMap<string, OntologyTerm>,
): string[] | null {
  const done = new Set<string>();
  for (const { id: start } of terms) {
    const path: { id: string; parents: string[] }[] = [];
    const open = new Set<string>();
    const enter = (id: string) => {
      const parents = parentsOf(byId.get(id)!);
      path.push({ id, parents });
      open.add(id);
    };
    if (!done.has(start)) enter(start);
    while (path.length > 0) {
      const { id, parents } = path.at(-1)!;
      const parent = parents.pop();
      if (parent === undefined) {
        done.add(id);
        open.delete(id);
        path.pop();
      } else if (open.has(parent)) {
        return path.slice(path.findIndex((step) => step.id === parent)).map((step) => step.id);
      } else if (!done.has(parent)) enter(parent);
    }
  }
  return null;
}
