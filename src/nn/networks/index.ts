/**
 * Networks: each encoder and head written once, over a small set of operations.
 *
 * In: an encoder's configuration, and an implementation of the operations (operations.ts). Out: whatever that makes of the forward
 * pass: logits with gradients (on-tensorflow.ts), the list of parameters (parameter-shapes.ts), an ONNX graph (the room onnx). A new
 * encoder is one file beside bert.ts, and its name in encoders.ts.
 */
export { type EncoderConfiguration, headsOfLayer } from './configuration';
export type {
  ConfigurationKeys,
  EncoderDefinition,
  Head,
  LabelOutcome,
  LayerNames,
  SequenceHeadNames,
  VocabularyHeadNames,
} from './definition';
export { definitionOf, encode, encoderPrefixes, encoderTypes } from './encoders';
export { applyHead } from './heads';
export { type AttentionObserver, type LayerObserver, onTensorFlow, type Weights } from './on-tensorflow';
export type { Activation, AddNorm, NetworkOperations, SelfAttention, Table } from './operations';
export {
  countNumbers,
  encoderParameterShapes,
  headParameterShapes,
  parameterCount,
  parameterShapes,
} from './parameter-shapes';
export { relativeBucket } from './relative-positions';
