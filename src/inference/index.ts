/**
 * Inference: text in, entities with character offsets out.
 *
 * In: a model folder with an exported ONNX file; plain text, JATS XML or JSONL. Out: entities with offsets into the whole
 * text. May touch: the model folder and the texts, to read; ONNX Runtime's threads.
 */
export { type Annotator, type AnnotatorOptions, type Entity, loadAnnotator } from './annotator';
export { type Document, type DocumentFormat, readDocuments, readStandardInput } from './documents';
export { inCodePoints } from './offsets';
export { type OpenModel, openModel } from './open-model';
export { openPeers } from './peers';
export { openOnnxScorer } from './session';
export { type Agreement, compareVariants, openVariants } from './variants';
