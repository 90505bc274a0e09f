/**
 * Quantizing: reduces the bits of an exported graph's weights, and optionally of its activations.
 *
 * In: a model folder with `onnx/model.onnx`. Out: `onnx/model_quantized.onnx` beside it. May touch: that folder.
 */
export { type AffineCode, type AffineScheme, affineSchemes, decodeAffine, encodeAffine } from './affine';
export { CALIBRATION_METHODS, type CalibrationMethod } from './calibration';
export {
  exampleMatrix,
  exampleMatrixName,
  type NamedMatrix,
  type QuantizationError,
  quantizationErrors,
  storedMatrix,
} from './errors';
export { type ComparedOperation, compareProducts, encodeWithOnnxRuntime } from './operators';
export {
  QUANTIZATIONS,
  type Quantization,
  type QuantizeOptions,
  quantizeFolder,
  quantizeFolderStatically,
  type StaticOptions,
} from './quantize';
