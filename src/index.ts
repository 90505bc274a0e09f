/**
 * FalconFrames: the functions that users call first.
 *
 * Importing this file loads nothing but itself: each function loads its room (and with it TensorFlow, ONNX Runtime, …) when it is first
 * called. Everything else is imported room by room: `import { Tokenizer } from 'falconframes/tokenization'`.
 *
 * A new function is one line, with its type from the file it stands in and its value from its room, and its docstring.
 */
const inference = () => require('./inference') as typeof import('./inference');
const training = () => require('./training') as typeof import('./training');

export { InputError } from './foundation/errors';
export type { Annotator, AnnotatorOptions, Entity } from './inference/annotator';
export type { Classifier } from './inference/classifier';
export type { OnnxFileOptions } from './inference/onnx-file';
export type { ScoredLabel } from './tasks/classification/answers';
export type { FineTuned, FineTuning } from './training/recipe';

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

/**
 * Opens the classifier of texts in a model folder. Needs neither Python nor TensorFlow.
 *
 * Throws an InputError when the folder lacks a file, or holds no classifier.
 *
 * @example
 * ```ts
 * const classifier = await loadClassifier('runs/banking');
 * await classifier.classify('My card has not arrived yet.');
 * // [{ label: 'card_arrival', score: 0.985 }, { label: 'card_delivery_estimate', score: 0.006 }, …]
 * ```
 */
export const loadClassifier: typeof import('./inference/classifier').loadClassifier = (...given) =>
  inference().loadClassifier(...given);

/**
 * Trains an encoder on labelled data and saves the model of the best epoch. Sentences with `spans` make a tagger, texts with a `label` or
 * `labels` a classifier; the labels are those of the data. Needs native TensorFlow (`npx falconframes setup`).
 *
 * Throws an InputError for data, options or a folder that cannot be used, before anything is written.
 *
 * @example
 * ```ts
 * const { folder } = await fineTune({ train: ['train.jsonl'], dev: ['dev.jsonl'], out: 'runs/mine' });
 * await (await loadAnnotator(folder)).annotate('Rome is in Italy.');
 * // [{ start: 0, end: 4, label: 'place', text: 'Rome', score: 0.98 }, …]
 * ```
 */
export const fineTune: typeof import('./training/recipe').fineTune = (...given) =>
  training().fineTune(...given);
