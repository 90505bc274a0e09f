/**
 * A corpus annotated: sources in, lines of JSONL out, in worker threads and with bounded memory.
 *
 * list finds the files, content-format says what each is, open reads what holds many documents (lines, members); batches deals the
 * sources to workers, article reads them there; output keeps what is done where a kill cannot harm it, and resume compares it
 * with the inputs.
 */
export { type AnnotateCorpusOptions, type AnnotatedBatch, annotateCorpus } from './annotate-corpus';
export type { OffsetUnit } from './article';
export { type InputFile, listInputs } from './list';
export { openSources, openStandardInput } from './open';
export { companionsOf, hashOfFile, NOTHING_DONE, ResumableOutput, type Totals } from './output';
export { checkWhole, sourcesBehind } from './resume';
export { type DocumentFormat, Skipped, type Source } from './sources';
