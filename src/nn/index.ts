/**
 * Neural network: BERT, DistilBERT, ELECTRA, MPNet and RoBERTa with their heads on native TensorFlow, and their model folders.
 *
 * In: a model folder in Hugging Face's layout, windows of token ids. Out: logits, gradients, trainable parameters, a saved folder
 * that Python's transformers can read. May touch: model folders; the native TensorFlow library, loaded on first use only.
 *
 * Bottom up: device.ts runs TensorFlow operations and owns their tensors; kernels.ts names them; operations/ adds gradients, which
 * tape.ts composes; networks/ defines the encoders and heads once, for TensorFlow, the list of parameters and ONNX.
 */
export { type Matrix, type TensorFlow, tensorflow, usesGpu } from './backend';
export { type Batch, padBatch } from './batch';
export {
  type ClassifierConfiguration,
  type ModelConfiguration,
  readClassifierConfiguration,
  readConfiguration,
  readLabelRows,
  readTask,
  type TaskName,
  writeClassifierConfiguration,
  writeConfiguration,
} from './configuration';
export {
  type DeviceTensor,
  download,
  free,
  keep,
  livingTensors,
  type Numbers,
  scalar,
  tidy,
  upload,
} from './device';
export { Encoder } from './encoder';
export {
  approximateParameters,
  type Json,
  readEncoderConfiguration,
  setDropout,
} from './encoder-configuration';
export { fetchEncoder, locateEncoder } from './encoders';
export { formatSummary } from './format-summary';
export { type EncoderShape, encoderOfShape, type FreshEncoder, freshEncoder } from './fresh-encoder';
export * as fused from './fused';
export { freshTensors, isNorm } from './initialization';
export { inspectLayers, type LayerOutputs } from './inspect-layers';
export * as kernels from './kernels';
export { savedLabels } from './label-names';
export { type ListedEncoder, listEncoders } from './list-encoders';
export { type LabelNetwork, Model, type Trainable } from './model';
export { readCompanion, refuseModelIn, removeExports, saveTokenizer } from './model-folder';
export { readHead } from './network-configuration';
export {
  type Activation,
  type AddNorm,
  applyHead,
  type ConfigurationKeys,
  definitionOf,
  type EncoderConfiguration,
  type EncoderDefinition,
  encode,
  encoderParameterShapes,
  type Head,
  headParameterShapes,
  headsOfLayer,
  type LabelOutcome,
  type LayerNames,
  type LayerObserver,
  type NetworkOperations,
  parameterShapes,
  relativeBucket,
  type SelfAttention,
  type SequenceHeadNames,
  type Table,
  type VocabularyHeadNames,
  type Weights,
} from './networks';
export { add, createChance, linear } from './operations';
export { readOwnEntry, type ViewClasses, type Views, writeOwnEntry, writeThreshold } from './own-entry';
export { type BorrowedParameters, Parameters } from './parameters';
export { choosePrecision } from './precision';
export { type RegisteredEncoder, registeredEncoders } from './registry';
export { readSafetensors, writeSafetensors } from './safetensors';
export { countClassifierParameters, SequenceClassifier } from './sequence-classifier';
export type { Tensor } from './stored-tensor';
export {
  type ModelSummary,
  type ModuleSummary,
  type ParameterRow,
  parameterRows,
  type SummarizedModel,
  summarizeModel,
} from './summary';
export { type Applied, type Chance, type Precision, Tape, type TensorGradients } from './tape';
export { countParameters, TokenClassifier } from './token-classifier';
export * as variables from './variables';
export {
  EXPORTS,
  hasWeights,
  openWeights,
  type StoredWeights,
  WEIGHTS,
  weightFiles,
} from './weights';
