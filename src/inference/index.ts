/**
 * Inference: text in, entities with character offsets out.
 *
 * In: a model folder with an exported ONNX file; plain text, JATS XML, JSONL, BioC or PubTator, in files, folders, archives and gzip.
 * Out: entities with offsets into the whole text. May touch: the model folder and the texts, to read (the thresholds in config.json,
 * to write); the output file; ONNX Runtime's threads and worker threads.
 *
 * annotator annotates one text, corpus/ any number of files.
 */
export { type Annotator, type AnnotatorOptions, type Entity, loadAnnotator } from './annotator';
export { type Classifier, loadClassifier } from './classifier';
export * from './corpus';
export { type TunedThresholds, tuneThresholds } from './decision-threshold';
export { DEFAULT_MODEL, defaultModelFolder } from './default-model';
export { inCodePoints } from './offsets';
export { type OnnxFileOptions, onnxFileOf } from './onnx-file';
export { type OpenModel, openModel } from './open-model';
export { type OpenTextModel, openTextModel } from './open-text-model';
