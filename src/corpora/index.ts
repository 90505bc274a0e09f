/**
 * Corpora: public gold (and one silver) corpora as sentences with spans; conversion of annotations in users' formats; three
 * sources of labelled texts (definitions of the Gene Ontology, abstracts by research domain, queries by intent) and their splits.
 *
 * In: the name of a corpus and of a part; an ontology in OBO; a folder of abstracts or of queries. Out: sentences under the corpus's labels (or a
 * view's classes) that list which of them were annotated, or labelled texts; and a report of what was counted, joined and left out. May
 * touch: the mirror folder and the sample (reads), the cache folder, the network (to download a corpus that is in neither), the table of
 * definitions (writes).
 */
export { documentsOfBioc } from './bioc';
export {
  type ConversionReport,
  type ConvertOptions,
  convert,
  FORMATS,
  type Format,
  filesOfPaths,
  LOSSES,
  type Loss,
} from './convert';
export { ADJUSTMENTS, type CorpusDocument, type Mention, type Paragraph, type Tally } from './document';
export { INTENT_DOMAINS, INTENTS, type Intent, type Intents, loadIntents, OUT_OF_SCOPE } from './intents';
export { type CorpusReport, corpusNamed, loadCorpus, loadDocuments, type Split } from './load';
export { availableCorpora, locateCorpus, type Place } from './locate';
export {
  firstRecord,
  loadNerSet,
  loadNewswire,
  loadUniversities,
  type NerSet,
  type NerSetEntry,
  type Newswire,
  type NewswirePart,
  readNerSets,
  type Universities,
  type University,
} from './newswire';
export {
  type AncestrySplit,
  ancestorsOf,
  type DefinitionRow,
  type DefinitionText,
  definitionTexts,
  degrees,
  type GeneOntology,
  labelledDefinitions,
  loadGeneOntology,
  mostConnected,
  type Omission,
  type Ontology,
  type OntologyEdge,
  type OntologyTerm,
  readDefinitions,
  readOntology,
  type Subgraph,
  type SynonymScope,
  splitByAncestry,
  writeDefinitions,
} from './ontology';
export { PARTS, type Part } from './parts';
export type { OnSkip, PlainDocument } from './plain-documents';
export { documentsOfPubtator } from './pubtator-documents';
export { CORPORA, CORPUS_NAMES, type Corpus, type CorpusName } from './registry';
export { eachSentence, LONGEST_SENTENCE, type Range, splitSentences } from './sentences';
export { type Shares, splitByPosition, splitTexts, type TextSplit } from './splits';
export { DamagedArchive, type TarEntry, tarEntries } from './tar';
export { DOMAINS, type Domain, loadTopics, type Topics } from './topics';
export { type TextData, type TextSource, whereToGet } from './where-to-get';
