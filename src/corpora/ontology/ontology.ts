/** A statement of a term about another one: the source of the edge is the term that lists it. */
export interface OntologyEdge {
  /** `is_a`, or the type of a relationship: `part_of`, `regulates`, … */
  relation: string;
  /** The id of the other term, which is in the ontology. */
  target: string;
}

export type SynonymScope = 'EXACT' | 'BROAD' | 'NARROW' | 'RELATED';

export interface OntologyTerm {
  id: string;
  /** '' if the file gives none. */
  name: string;
  /** The term's namespace, or the default of the file; '' if there is neither. In the Gene Ontology: the aspect. */
  namespace: string;
  /** Null if the file has none, or none that can be read. */
  definition: string | null;
  /** The sources of the definition, such as `PMID:12345`. */
  references: string[];
  synonyms: { text: string; scope: SynonymScope }[];
  /** Former ids that were merged into this term. */
  alternativeIds: string[];
  /** Without repetitions, in the order of the file. */
  edges: OntologyEdge[];
  /** The lines of its stanza, as in the file. */
  lines: string[];
}

/** What was left out for one reason. */
export interface Omission {
  reason: string;
  count: number;
  /** The first places, each with the line or the id. */
  examples: string[];
}

/** An ontology as read from an OBO file: the terms in use, and what was counted and left out. */
export interface Ontology {
  /** The file that was read. */
  file: string;
  /** The release, as the file names it; null if it does not. */
  dataVersion: string | null;
  /** In the order of the file, without obsolete ones. */
  terms: OntologyTerm[];
  /** The same terms by id. */
  byId: ReadonlyMap<string, OntologyTerm>;
  counts: {
    terms: number;
    /** Obsolete terms, which are left out. */
    obsolete: number;
    withoutDefinition: number;
    /** Terms by namespace, in alphabetical order. */
    byNamespace: Record<string, number>;
    /** Edges by relation, the most frequent first. */
    edges: Record<string, number>;
  };
  skipped: Omission[];
  /** One cycle of `is_a`, if there is any: each term is a child of the next, the last of the first. */
  cycle: string[] | null;
}
