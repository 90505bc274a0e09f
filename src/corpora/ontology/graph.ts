import { InputError } from '../../foundation';
import type { Ontology, OntologyEdge, OntologyTerm } from './ontology';

/** Returns the number of edges of each term, those to other terms and those from them, over all relations. */
export function degrees({ terms }: Ontology): Map<string, number> {
  const counts = new Map(terms.map(({ id, edges }) => [id, edges.length]));
  for (const { edges } of terms) for (const { target } of edges) counts.set(target, counts.get(target)! + 1);
  return counts;
}

/** Some terms of an ontology and the edges among them. */
export interface Subgraph {
  /** `degree` counts the edges in the whole ontology. */
  nodes: { term: OntologyTerm; degree: number }[];
  edges: (OntologyEdge & { source: string })[];
}

/**
 * Returns the `count` terms with most edges, the highest degree first and equal ones by id, and all edges among them.
 *
 * @example mostConnected(ontology, 30).nodes[0] // { term: { id: 'GO:0110165', … }, degree: 427 }
 */
export function mostConnected(ontology: Ontology, count: number): Subgraph {
  const nodes = [...degrees(ontology)]
    .sort(([id, degree], [otherId, other]) => other - degree || (id < otherId ? -1 : 1))
    .slice(0, count)
    .map(([id, degree]) => ({ term: ontology.byId.get(id)!, degree }));
  const chosen = new Set(nodes.map(({ term }) => term.id));
  const edges = nodes.flatMap(({ term }) =>
    term.edges.filter(({ target }) => chosen.has(target)).map((edge) => ({ source: term.id, ...edge })),
  );
  return { nodes, edges };
}

/**
 * Returns the ids of all terms above a term by `is_a`, nearest first, without the term itself.
 *
 * @throws InputError if the ontology has no such term
 */
export function ancestorsOf(ontology: Ontology, id: string): Set<string> {
  const term = ontology.byId.get(id);
  if (!term) throw new InputError(`the ontology has no term "${id}"; check the id, or the release`);
  const found = new Set(parentsOf(term));
  for (const ancestor of found)
    for (const parent of parentsOf(ontology.byId.get(ancestor)!)) found.add(parent);
  found.delete(id); // only in a cycle
  return found;
}

/** Returns the ids of the terms directly above a term by `is_a`. */
export function parentsOf({ edges }: OntologyTerm): string[] {
  return edges.filter(({ relation }) => relation === 'is_a').map(({ target }) => target);
}
