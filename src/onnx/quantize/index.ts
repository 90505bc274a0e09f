/**
 * Quantizing: reduces the bits of an exported graph's weights, and optionally of its activations.
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
