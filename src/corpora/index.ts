/**
 * Corpora: public gold (and one silver) corpora as sentences with spans; conversion of annotations in users' formats.
 *
 * In: the name of a corpus and of a part. Out: sentences under the corpus's labels (or a view's classes) that list which of them
 * were annotated, and a report of what was counted, joined and left out. May touch: the mirror folder (reads), the cache folder,
 * the network (to download a source that is in neither).
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
export { type CorpusReport, corpusNamed, loadCorpus, loadDocuments, type Split } from './load';
export { availableCorpora, locateCorpus, type Place } from './locate';
export { PARTS, type Part } from './parts';
export type { OnSkip, PlainDocument } from './plain-documents';
export { documentsOfPubtator } from './pubtator-documents';
export { CORPORA, CORPUS_NAMES, type Corpus, type CorpusName } from './registry';
export { eachSentence, LONGEST_SENTENCE, type Range, splitSentences } from './sentences';
export { DamagedArchive, type TarEntry, tarEntries } from './tar';
