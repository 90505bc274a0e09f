/**
 * Quantizing: an exported graph with its weights, and perhaps its activations, in fewer bits.
 *
 * In: a model folder with `onnx/model.onnx`. Out: `onnx/model_quantized.onnx` beside it. May touch: that folder.
 */
export { CALIBRATION_METHODS, type CalibrationMethod } from './calibration';
export {
  exampleMatrix,
  exampleMatrixName,
  type NamedMatrix,
  type QuantizationError,
  quantizationErrors,
} from './errors';
export {
  QUANTIZATIONS,
  type Quantization,
  type QuantizeOptions,
  quantizeFolder,
  quantizeFolderStatically,
  type StaticOptions,
} from './quantize';
