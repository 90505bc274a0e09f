/**
 * Annotation of a corpus: sources in, lines of JSONL out, in worker threads and with bounded memory.
 *
 * list finds the files, content-format decides what each is, open reads files of many documents (lines, members); batches groups
 * sources for the workers, and article reads them there; output stores finished lines so that a kill loses none, and resume compares
 * them with the inputs.
 */
export type { OffsetUnit } from './article-of-text';
export { type InputFile, listInputs, listTexts } from './list';
export { openSources, openStandardInput } from './open';
export { companionsOf, NOTHING_DONE, ResumableOutput, type Totals } from './output';
export { type ProcessCorpusOptions, type ProcessedBatch, processCorpus } from './process-corpus';
export { checkWhole, sourcesBehind } from './resume';
export { type DocumentFormat, Skipped, type Source, type TextFormat } from './sources';
export { openTexts, openTextsOfStandardInput } from './texts';
export type { Work } from './work';
