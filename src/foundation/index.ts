/**
 * Foundation: the words and habits that every room shares.
 *
 * In: nothing. Out: the four entity classes, spans and sentences (the contract between corpora, training and
 * evaluation), the error for bad input, atomic files, seeded randomness, the progress bar and the project's folders.
 * May touch: the file system, and the environment variables that turn off the telemetry of dependencies.
 */

// First of all, before any dependency that has telemetry is used.
import './no-telemetry';

export { byClass, ENTITY_CLASSES, type EntityClass, isEntityClass, type Span } from './entities';
export { InputError } from './errors';
export { readTextFile, whileWriting, writeFileAtomically } from './files';
export { LineWriter, readLines } from './lines';
export { peakMegabytes } from './memory';
export { notebookKernel } from './notebook';
export { benchPythonInstalled, type Peer, startPeer } from './peer';
export { cacheFolder, mirrorFolder, projectRoot } from './places';
export { formatDuration, type Progress, showProgress, silentProgress } from './progress';
export { createRandom, type Random } from './random';
export { parseSentence, readSentences, type Sentence, writeSentences } from './sentence';
export { cutsWord, isWordCharacter } from './words';
