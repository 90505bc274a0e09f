/**
 * Collection: fetches full texts and their annotations from Europe PMC, or from the embedded sample or a folder in the same way.
 *
 * In: ids, a query, or classes. Out: a folder with one JSON file per article (`CollectedArticle`) and a manifest of stored and
 * missing articles, with reasons; on a check, the differences from the service. May touch: the network, within the service's
 * limits; the folder.
 */

export type { AnnotationsOfArticle, ListedArticle, SearchPage, SearchResult, TypePage } from './answers';
export {
  type Annotation,
  type CollectedArticle,
  isAnnotation,
  type ReadArticle,
  readCollectedArticle,
} from './article';
export { type CheckOptions, type CheckReport, type CheckTotals, checkCollection } from './check';
export { type CollectionOptions, type CollectionReport, collectArticles } from './collect';
export { compareAnnotations, type Differences } from './compare';
export { writeAnnotationsCsv } from './csv';
export { createEuropePmc, EUROPE_PMC, type EuropePmc } from './europepmc';
export { readIds } from './id-file';
export { normalizedId } from './ids';
export { type LocalServer, startLocalServer } from './local-server';
export { type Manifest, manifestPath, readManifest } from './manifest';
export { PUBLISHED_LIMITS, type RequestLimits } from './pace';
export type { Progress } from './patience';
export type { RequestOptions } from './request';
export { HARDLY_LIMITED, SOURCES, type Source } from './source';
export { articlePath, storedPmcids } from './store';
export {
  type CollectionSummary,
  type CountRow,
  collectedFiles,
  readCollection,
  type SummaryOptions,
  summarizeCollection,
} from './summary';
export { type Repetition, Unobtainable } from './unobtainable';
