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

export type { DistillationReport, DistillationRun } from './compression/distil/distil';
export type { ConversionReport, ConvertOptions, Format } from './corpora/convert';
export { InputError } from './foundation/errors';
export type { LabelledText } from './foundation/labelled-text';
export type { Sentence } from './foundation/sentence';
export type { AnnotatorOptions } from './inference/annotator';
export type { Classifier } from './inference/classifier';
export type { Annotator, Entity } from './inference/create-annotator';
export type { OnnxFileOptions } from './inference/onnx-file';
export type { FuseOptions } from './onnx/fuse/operators';
export type { QuantizeOptions } from './onnx/quantize/quantize';
export type { ScoredLabel } from './tasks/classification/answers';
export type { FineTuned, FineTuning } from './training/recipe';

/**
 * Reads sentences with marked mentions, one JSON object per line. Only `text` and `spans` are required; `start` and `end` of a span count
 * UTF-16 code units, the end exclusive, so that `text.slice(start, end)` is the mention.
 *
 * Throws an InputError that names file and line for anything that is not such a sentence, such as a span beyond the end of the text.
 *
 * @example
 * ```ts
 * const [first] = readSentences('examples/data/cooking/train.jsonl');
 * first.text; // 'Fry the onions in olive oil for ten minutes.'
 * first.spans;
 * // [{ start: 8, end: 14, label: 'ingredient' }, { start: 18, end: 27, label: 'ingredient' },
 * //  { start: 32, end: 43, label: 'duration' }]
 * first.annotated; // ['ingredient', 'duration', 'tool'], the labels that were looked for: all of the file, unless a line says otherwise
 * ```
 */
export const readSentences: typeof import('./foundation/sentence').readSentences = (...given) =>
  foundation().readSentences(...given);

/**
 * Reads texts with labels: JSONL with `text` and `label` (exactly one) or `labels` (any number), or CSV or TSV with columns of these names.
 *
 * Throws an InputError that names file and line for anything that is not such a text, for an empty file, and for a file that mixes
 * `label` and `labels`.
 *
 * @example
 * ```ts
 * const [first] = readLabelledTexts('examples/data/messages/train.jsonl');
 * // { text: 'My train was forty minutes late and I missed the connection.', labels: ['delay'], several: false }
 * ```
 */
export const readLabelledTexts: typeof import('./foundation/labelled-text').readLabelledTexts = (...given) =>
  foundation().readLabelledTexts(...given);

/**
 * Converts annotations from brat, CoNLL, PubTator or BioC to lines for `readSentences`, and tables (CSV, TSV) to lines for
 * `readLabelledTexts`. Offsets become UTF-16 code units. The report counts what the lines cannot express, such as discontinuous mentions, and
 * names what was skipped.
 *
 * Throws an InputError when nothing can be used, or nothing is labelled.
 *
 * @example
 * ```ts
 * const { lines, report } = convert('conll', ['recipes.conll']);
 * JSON.parse(lines[0]).text; // 'Peel the ripe pears .'
 * JSON.parse(lines[0]).spans; // [{ start: 9, end: 19, label: 'ingredient' }]
 * report;
 * // { from: 'conll', lines: 2, articles: 2, labels: { ingredient: 2, duration: 1 },
 * //   lost: {}, schemes: { 'recipes.conll': 'IOB2' }, skipped: [] }
 * ```
 */
export const convert: typeof import('./corpora/convert').convert = (...given) => corpora().convert(...given);

/**
 * Trains an encoder on labelled data and saves the model of the best epoch. Sentences with `spans` make a tagger, texts with a `label` or
 * `labels` a classifier; the labels are those of the data. Options that are left out have the defaults in docs/configuration.md, which suit
 * some thousand sentences; a few dozen need smaller batches and a higher learning rate. Needs native TensorFlow (`npx falconframes setup`).
 *
 * Throws an InputError for data, options or a folder that cannot be used, before anything is written.
 *
 * @example
 * ```ts
 * const { folder, labels, bestEpoch } = await fineTune({
 *   train: ['examples/data/cooking/train.jsonl'], // 80 sentences
 *   dev: ['examples/data/cooking/dev.jsonl'],
 *   out: 'runs/own_labels',
 *   epochs: 6,
 *   batchSize: 8,
 *   learningRate: 3e-4,
 * });
 * // folder 'runs/own_labels', labels ['ingredient', 'duration', 'tool'], bestEpoch 4
 * ```
 */
export const fineTune: typeof import('./training/recipe').fineTune = (...given) =>
  training().fineTune(...given);

/**
 * Opens the tagger in a model folder, by default the one that comes with the package. Takes the 8-bit ONNX file where there is one, else the
 * 32-bit file, else the weights as training saved them. Needs neither Python nor TensorFlow. `start` and `end` of a mention count UTF-16 code
 * units of the text; `score` is a probability. Dispose of the annotator to free its memory.
 *
 * Throws an InputError when the folder lacks a file, or holds no tagger.
 *
 * @example
 * ```ts
 * const shipped = await loadAnnotator();
 * await shipped.annotate('HeLa cells carry the mutation V600E.');
 * // [{ start: 0, end: 4, label: 'Cell Line', text: 'HeLa', score: 0.814 },
 * //  { start: 30, end: 35, label: 'Gene Mutations', text: 'V600E', score: 0.944 }]
 *
 * const own = await loadAnnotator('runs/own_labels'); // of the example of fineTune
 * await own.annotate('Boil the rice in a large pot for ten minutes.');
 * // [{ start: 9, end: 13, label: 'ingredient', text: 'rice', score: 0.904 },
 * //  { start: 25, end: 28, label: 'tool', text: 'pot', score: 0.824 },
 * //  { start: 33, end: 44, label: 'duration', text: 'ten minutes', score: 0.897 }]
 * ```
 */
export const loadAnnotator: typeof import('./inference/annotator').loadAnnotator = (...given) =>
  inference().loadAnnotator(...given);

/**
 * Opens the text classifier in a model folder, from the same files as `loadAnnotator`. `classify` gives every label with its probability, the most
 * probable first: they add up to 1 where a text has one label, and are independent where it may have several. Texts longer than the
 * model's window are cut. Dispose of the classifier to free its memory.
 *
 * Throws an InputError when the folder lacks a file, or holds no classifier.
 *
 * @example
 * ```ts
 * const classifier = await loadClassifier('runs/classify'); // trained by examples/classify.mjs
 * await classifier.classify('I forgot my bag on the train.');
 * // [{ label: 'lost property', score: 0.949 }, { label: 'booking', score: 0.023 },
 * //  { label: 'refund', score: 0.018 }, { label: 'delay', score: 0.010 }]
 * ```
 */
export const loadClassifier: typeof import('./inference/classifier').loadClassifier = (...given) =>
  inference().loadClassifier(...given);

/**
 * Trains a smaller student on the probabilities that a trained tagger or classifier gives, and on the labels (Hinton et al. 2015,
 * arXiv:1503.02531). The student of the best epoch is saved in `folder`. Needs native TensorFlow (`npx falconframes setup`).
 *
 * Throws an InputError, before anything is written, when the student cannot be made as described or the data cannot be used.
 *
 * @example
 * ```ts
 * import { completeDistillation } from 'falconframes/compression';
 * import { completeConfiguration } from 'falconframes/training';
 *
 * const place = 'the distillation'; // opens the messages of errors
 * const [train, dev] = [['examples/data/cooking/train.jsonl'], ['examples/data/cooking/dev.jsonl']];
 * const training = { train, dev, epochs: 6, batchSize: 8, learningRate: 3e-4 };
 * const distillation = completeDistillation({ layers: 3 }, place);
 * const configuration = { ...completeConfiguration(training, place), distillation };
 * const report = await distil({ teacher: 'runs/own_labels', configuration, place, folder: 'runs/student' });
 * report.parameters; // { teacher: 22567686, student: 17244294 }
 * report.bestScore; // 0.99, the mean F1 on the dev sentences
 * ```
 */
export const distil: typeof import('./compression/distil/distil').distil = (...given) =>
  compression().distil(...given);

/**
 * Writes `onnx/model.onnx`, with 32-bit floats, from the weights of a tagger or classifier, and returns its path. With a second argument it
 * goes into that folder, with what is needed to run it. Its inputs are `input_ids` and the others of the encoder // [batch, tokens]; its
 * `logits` are those of Python's model // [batch, tokens, labels], or [batch, labels] of a classifier. A quantized file of an earlier export is deleted.
 *
 * Throws an InputError, and writes nothing, when the folder has no weights or no such model.
 *
 * @example
 * ```ts
 * exportToOnnx('runs/classify'); // 'runs/classify/onnx/model.onnx', 90.9 MB
 * ```
 */
export const exportToOnnx: typeof import('./onnx/export').exportToOnnx = (...given) =>
  onnx().exportToOnnx(...given);

/**
 * Replaces attention and GELU in a folder's `onnx/model.onnx` by ONNX Runtime's own operators, and returns the path: the same logits but for
 * rounding, in less time. Fuse before you quantize: a quantized file beside it is deleted.
 *
 * Throws an InputError, and writes nothing, when the folder has no exported file, or it is fused or quantized already.
 *
 * @example
 * ```ts
 * fuseFolder('runs/classify'); // 'runs/classify/onnx/model.onnx', 90.9 MB
 * ```
 */
export const fuseFolder: typeof import('./onnx/fuse/fuse-folder').fuseFolder = (...given) =>
  onnx().fuseFolder(...given);

/**
 * Writes `onnx/model_quantized.onnx` from a folder's `onnx/model.onnx`, and returns its path: weights as 8-bit integers by default, activations
 * quantized as they come (Jacob et al. 2018, arXiv:1712.05877). `loadAnnotator` and `loadClassifier` then take this file.
 *
 * Throws an InputError, and writes nothing, when the folder has no exported file, or it is quantized already.
 *
 * @example
 * ```ts
 * quantizeFolder('runs/classify'); // 'runs/classify/onnx/model_quantized.onnx', 23.1 MB
 * ```
 */
export const quantizeFolder: typeof import('./onnx/quantize/quantize').quantizeFolder = (...given) =>
  onnx().quantizeFolder(...given);
