/**
 * ONNX: a trained model as a graph that runs without TensorFlow.
 *
 * In: a model folder. Out: `onnx/model.onnx` and `onnx/model_quantized.onnx` in it, which run in ONNX Runtime (Python, Node,
 * browser) and transformers.js, and scorers for such files. May touch: model folders; ONNX Runtime's threads.
 *
 * export.ts writes the graph, fuse/ and quantize/ rewrite it, check/ rejects harmful files, session.ts runs them.
 */
export { checkOnnx, readOnnxFile } from './check';
export type { ExpectedShape } from './check/check';
export { describeOnnx, type OnnxDescription } from './describe';
export { type QuantizedKind, quantizeEveryKind } from './every-kind';
export { encodeAsOnnx, exportToOnnx } from './export';
export { COMPANIONS, onnxPath } from './folder';
export * from './fuse';
export { onnxInputs } from './inputs';
export * from './quantize';
export { expectedOf, type OnnxOptions, openFolderScorer, openOnnxScorer } from './session';
export {
  type ExpectedModel,
  labelLogits,
  mayShareCalls,
  type OnnxScorer,
  type Session,
  type SessionOptions,
  sessionScorer,
} from './session-scorer';
export { transpose } from './transpose';
