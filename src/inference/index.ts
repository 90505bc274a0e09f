/**
 * Inference: finds entities with character offsets in text, or labels text with probabilities.
 *
 * In: a model folder; plain text, JATS XML, JSONL, BioC or PubTator, in files, folders, archives and gzip; texts to classify as lines,
 * JSONL and tables. Out: entities with offsets into the whole text, or the labels of each text. May touch: the model folder and the
 * texts (read; thresholds in config.json are written); the output file; ONNX Runtime's threads and worker threads.
 *
 * annotator annotates one text, classifier classifies one, corpus/ processes any number of files.
 */
export { type AnnotatorOptions, loadAnnotator } from './annotator';
export { type Classifier, loadClassifier } from './classifier';
export {
  type ClassifiedSentence,
  classifySentences,
  leastEvidence,
  type SentenceClassification,
  type SentenceOptions,
} from './classify-sentences';
export * from './corpus';
export { type Article, articleOfText, lineOfDocument } from './corpus/article-of-text';
export { type ContentFormat, formatOfContent, openingOfText } from './corpus/content-format';
export type { FilePath } from './corpus/file-path';
export type { Opening } from './corpus/opening';
export type { SourceSentence, TextRange, WholeFileFormat } from './corpus/sources';
export { type Annotator, type AnnotatorParts, createAnnotator, type Entity } from './create-annotator';
export { type TunedThresholds, tuneTextThresholds, tuneThresholds } from './decision-threshold';
export { DEFAULT_MODEL, defaultModelFolder } from './default-model';
export { hashesOfModel } from './model-files';
export { inCodePoints } from './offsets';
export { type OnnxFileOptions, onnxFileOf } from './onnx-file';
export { type OpenModel, openModel } from './open-model';
export { type OpenTextModel, openTextModel } from './open-text-model';
export * from './queue';
