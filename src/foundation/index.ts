/**
 * Foundation: code shared by all rooms.
 *
 * In: nothing. Out: spans, sentences and labelled texts (the contract between corpora, training and
 * evaluation); the error for bad input, and system errors described in words; files read according to their content (kind,
 * encoding, gzip, lines, JSON, XML); files written atomically after checking the path, under a lock; downloads within limits; text
 * made safe for a terminal; seeded randomness, the progress bar, the project's folders; child processes and worker threads that
 * answer questions. May touch: the file system, the network (downloads), child processes, worker threads, and the environment
 * variables that turn off the telemetry of dependencies.
 */

// First, before any dependency with telemetry is loaded.
import './no-telemetry';

export { type AnsweringOptions, answerParent, type Reply } from './answering';
export { type ContentKind, kindOfContent, OPENING_BYTES, whyUnusable } from './content';
export {
  type Conversation,
  type End,
  Exchange,
  ProcessEnded,
  type ProcessOptions,
  startProcess,
  startThread,
} from './conversation';
export { counted } from './counted';
export { type CsvCell, formatCsv } from './csv';
export { checkUtf8, toUtf8, unpackGzip } from './decoding';
export {
  downloadFailure,
  moveIntoPlace,
  openDownload,
  piecesOf,
  temporaryNeighbour,
  textOf,
  withoutCredentials,
} from './download';
export { InputError, reasonOf, unreadable, unwritable } from './errors';
export { readRegularFile, readTextFile, refusePointer, sha256OfFile } from './files';
export { areFinite } from './finite';
export { firstLineOf } from './first-line';
export { describeJson, fieldsOf, isJsonObject, parseJson, readJsonObject } from './json';
export {
  type LabelledText,
  labelledTextLine,
  parseLabelledText,
  readLabelledTexts,
  type TextColumns,
  tableTexts,
  writeLabelledTexts,
} from './labelled-text';
export { LineWriter } from './line-writer';
export { readLines } from './lines';
export { acquireLock, withLock } from './lock';
export { peakMegabytes } from './memory';
export { type Display, type NotebookKernel, notebookKernel } from './notebook';
export { optionalPackage } from './optional';
export { nameOfLeftover, whileWriting, writeFileAtomically, writePieces } from './output-file';
export { checkOutputFile, checkOutputFolder, type OutputTarget, outputTarget } from './output-path';
export { cacheFolder, encodersFolder, mirrorFiles, mirrorFolder, projectRoot, workFolder } from './places';
export { printable, printableJson } from './printable';
export { formatDuration, type Progress, showProgress, silentProgress } from './progress';
export { createRandom, type Random } from './random';
export { isRunning } from './running';
export {
  isLabel,
  labelsOf,
  parseSentence,
  readSentences,
  type Sentence,
  type SentenceLine,
  type TextRange,
  writeSentences,
} from './sentence';
export { byLabel, type OverlapKind, outermostSpans, type Span } from './spans';
export { parseTable, type Table, type TableRow } from './table-file';
export { type StreamedRow, streamTable } from './table-stream';
export { annotatedClasses, applyView, classOfLabel, readView, type View } from './view';
export { cutsWord, isInsideCharacter, isWordCharacter } from './words';
export {
  articleId,
  articlesOfSet,
  checkFullText,
  decodeReferences,
  parseArticles,
  parseXml,
  rootElement,
  type XmlElement,
  type XmlNode,
} from './xml';
