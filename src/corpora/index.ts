/**
 * Corpora: public gold (and one silver) corpora as sentences with spans.
 *
 * In: the name of a corpus and of a part. Out: sentences that say which classes their source looked for, and a report
 * of what was counted, joined and dropped. May touch: the mirror folder (reads), the cache folder, the network (to
 * download a source that is in neither).
 */
export { type Range, splitSentences } from './sentences';
