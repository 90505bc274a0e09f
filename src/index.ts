/**
 * FalconFrames: the functions that users call first.
 *
 * Importing this file loads nothing but itself: each function loads its room (and with it TensorFlow, ONNX Runtime, …) when it is first
 * called. Everything else is imported room by room: `import { Tokenizer } from 'falconframes/tokenization'`.
 *
 * A new function is one line, with its type from the file it stands in and its value from its room, and its docstring.
 */
const foundation = () => require('./foundation') as typeof import('./foundation');
const corpora = () => require('./corpora') as typeof import('./corpora');
const onnx = () => require('./onnx') as typeof import('./onnx');
const training = () => require('./training') as typeof import('./training');
const compression = () => require('./compression') as typeof import('./compression');
const inference = () => require('./inference') as typeof import('./inference');

export { InputError } from './foundation/errors';
export type { Annotator, AnnotatorOptions, Entity } from './inference/annotator';
export type { FineTuned, FineTuning } from './training/recipe';


/** TRAIN */
export const fineTune: typeof import('./training/recipe').fineTune = (...given) =>
  training().fineTune(...given);

export const loadAnnotator: typeof import('./inference/annotator').loadAnnotator = (...given) =>
  inference().loadAnnotator(...given);

export const loadClassifier: typeof import('./inference/classifier').loadClassifier = (...given) =>
  inference().loadClassifier(...given);

export const readSentences: typeof import('./foundation/sentence').readSentences = (...given) =>
  foundation().readSentences(...given);

export const readLabelledTexts: typeof import('./foundation/labelled-text').readLabelledTexts = (...given) =>
  foundation().readLabelledTexts(...given);

export const convert: typeof import('./corpora/convert').convert = (...given) => corpora().convert(...given);

export const distil: typeof import('./compression/distil/distil').distil = (...given) =>
  compression().distil(...given);

export const exportToOnnx: typeof import('./onnx/export').exportToOnnx = (...given) =>
  onnx().exportToOnnx(...given);

export const fuseFolder: typeof import('./onnx/fuse/fuse').fuseFolder = (...given) =>
  onnx().fuseFolder(...given);

export const quantizeFolder: typeof import('./onnx/quantize/quantize').quantizeFolder = (...given) =>
  onnx().quantizeFolder(...given);
