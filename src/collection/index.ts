/**
 * Collection: full texts and their annotations from Europe PMC, or from the embedded sample in the same way.
 *
 * In: ids or a query, and the classes wanted. Out: a folder with one JSON file an article (`CollectedArticle`) and a
 * manifest of what is there, what is missing and why. May touch: the network, within the service's limits; the folder.
 */
export { type Annotation, type CollectedArticle, isAnnotation, readCollectedArticle } from './article';
export {
  type CollectionOptions,
  type CollectionReport,
  collectArticles,
  SOURCES,
  type Source,
} from './collect';
export { createEuropePmc, type EuropePmc, type EuropePmcOptions, Unobtainable } from './europepmc';
export { type LocalServer, startSampleServer } from './sample-server';
export type { Manifest } from './store';
export {
  type CollectionSummary,
  type CountRow,
  collectedFiles,
  readCollection,
  summarizeCollection,
} from './summary';
