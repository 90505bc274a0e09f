/**
 * Neural network: a BERT encoder with a token-classification head on native TensorFlow, and its model folder.
 *
 * In: a model folder in Hugging Face's layout, windows of token ids. Out: logits, trainable parameters, a saved folder that
 * Python's transformers reads. May touch: model folders; the native TensorFlow library, loaded on first use only.
 */
export { type TensorFlow, tensorflow } from './backend';
export { type Batch, padBatch, type Weights } from './bert';
export {
  type EncoderConfiguration,
  type ModelConfiguration,
  readConfiguration,
  readEncoderConfiguration,
  savedLabels,
  writeConfiguration,
} from './configuration';
export { locateEncoder } from './encoders';
export { createNoise, type Noise } from './layers';
export { booleanAttribute, run, typeAttribute } from './native';
export { Parameters } from './parameters';
export { readSafetensors, type Tensor, writeSafetensors } from './safetensors';
export { TokenClassifier } from './token-classifier';
