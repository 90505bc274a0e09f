/**
 * A corpus annotated: sources in, lines of JSONL out, in worker threads and with bounded memory.
 *
 * sources and open say what there is to annotate, batches deals it to workers, article reads it there, and output keeps what is
 * done where a kill cannot harm it.
 */
export { type AnnotateCorpusOptions, type AnnotatedBatch, annotateCorpus } from './annotate-corpus';
export type { OffsetUnit } from './article';
export { openSources, openStandardInput } from './open';
export { hashOfFile, NOTHING_DONE, ResumableOutput, type Totals } from './output';
export { type DocumentFormat, type InputFile, listInputs, type Source } from './sources';
