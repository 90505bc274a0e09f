/**
 * FalconFrames: the functions that users call first.
 *
 * Importing this file loads nothing but itself: each function loads its room (and with it TensorFlow, ONNX Runtime, …) when it is first
 * called. Everything else is imported room by room: `import { Tokenizer } from 'falconframes/tokenization'`.
 *
 * A new function is one line, `export const f: Room['f'] = (...given) => room().f(...given)`, and its docstring.
 */
type Inference = typeof import('./inference');

const inference = () => require('./inference') as Inference;

export { InputError } from './foundation/errors';
export type { Annotator, AnnotatorOptions, Entity } from './inference';

/**
 * Opens the tagger in a model folder, by default the one that comes with the package. Needs neither Python nor TensorFlow.
 *
 * Throws an InputError when the folder lacks a file, or holds no tagger.
 *
 * @example
 * ```ts
 * const annotator = await loadAnnotator();
 * await annotator.annotate('HeLa cells carry the mutation V600E.');
 * // [{ start: 0, end: 4, label: 'Cell Line', text: 'HeLa', score: 0.97 }, …]
 * ```
 */
export const loadAnnotator: Inference['loadAnnotator'] = (...given) => inference().loadAnnotator(...given);
