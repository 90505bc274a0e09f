/**
 * Ontology: terms, definitions and the graph of an ontology in OBO, such as the Gene Ontology.
 *
 * In: an OBO file. Out: its terms and edges, with an account of what was left out; the table of definitions, as labelled texts and
 * as CSV; the most connected sub-graph; a split that keeps whole sub-trees together. May touch: the given files.
 */
export {
  type DefinitionRow,
  type DefinitionText,
  definitionTexts,
  labelledDefinitions,
  readDefinitions,
  writeDefinitions,
} from './definitions';
export { ancestorsOf, degrees, mostConnected, type Subgraph } from './graph';
export { type GeneOntology, loadGeneOntology } from './load';
export type { Omission, Ontology, OntologyEdge, OntologyTerm, SynonymScope } from './ontology';
export { readOntology } from './read-ontology';
export { type AncestrySplit, splitByAncestry } from './split-by-ancestry';
