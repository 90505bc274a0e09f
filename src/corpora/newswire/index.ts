/**
 * Newswire: named entities in CoNLL columns: CoNLL++ in its three parts, and other test sets under its labels.
 *
 * In: a folder with the files, or nothing. Out: sentences with spans and fixed words, their counts, and for other sets the entities of types
 * that CoNLL++ does not have. May touch: the given folder, the mirror, the cache, the sample (reads); the network, to download CoNLL++.
 */
export { loadNerSet, type NerSet, type NerSetEntry, readNerSets } from './ner-sets';
export { loadNewswire, type Newswire, type NewswirePart } from './newswire';
export { firstRecord } from './records';
export { loadUniversities, type Universities, type University } from './universities';
