/**
 * FalconFrames: the functions that users call first.
 *
 * Importing this file loads nothing but itself: each function loads its room (and with it TensorFlow, ONNX Runtime, …) when it is first
 * called. Everything else is imported room by room: `import { Tokenizer } from 'falconframes/tokenization'`.
 *
 * A new function is one line, with its type from the file it stands in and its value from its room, and its docstring.
 */
const inference = () => require('./inference') as typeof import('./inference');

export { InputError } from './foundation/errors';
export type { Annotator, AnnotatorOptions, Entity } from './inference/annotator';

/**
 * Opens the tagger in a model folder, by default the one that comes with the package. Needs neither Python nor TensorFlow.
 *
 * Throws an InputError when the folder lacks a file, or holds no tagger.
 *
 * @example
 * ```ts
 * const annotator = await loadAnnotator();
 * await annotator.annotate('HeLa cells carry the mutation V600E.');
 * // [{ start: 0, end: 10, label: 'Cell Line', text: 'HeLa cells', score: 0.919 },
 * //  { start: 30, end: 35, label: 'Gene Mutations', text: 'V600E', score: 0.999 }]
 * ```
 */
export const loadAnnotator: typeof import('./inference/annotator').loadAnnotator = (...given) =>
  inference().loadAnnotator(...given);
