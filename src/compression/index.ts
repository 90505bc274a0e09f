/**
 * Compression: a trained model made smaller and faster, and what that costs.
 *
 * In: a model folder. Out: `onnx/model.onnx` and `onnx/model_quantized.onnx` in it, which run in ONNX Runtime (Python, Node,
 * browser) and transformers.js; a table of size, latency, throughput and F1. May touch: model folders.
 *
 * distil/, trim/ and prune/ each make a smaller model folder of a model folder.
 */
export {
  type BenchmarkOptions,
  type BenchmarkRow,
  benchmark,
  europePmcCoreHours,
  type Variant,
} from './benchmark';
export { benchmarkCsv } from './benchmark-csv';
export { CALIBRATION_METHODS, type CalibrationMethod } from './calibration';
export * from './distil';
export { encodeAsOnnx, exportToOnnx } from './export';
export { COMPANIONS, onnxPath } from './folder';
export * from './fuse';
export { checkOnnx, readOnnxFile } from './onnx-check';
export { onnxInputs } from './onnx-inputs';
export * from './prune';
export {
  exampleMatrix,
  exampleMatrixName,
  type NamedMatrix,
  type QuantizationError,
  quantizationErrors,
} from './quantization-errors';
export {
  QUANTIZATIONS,
  type Quantization,
  type QuantizeOptions,
  quantizeFolder,
  quantizeFolderStatically,
  type StaticOptions,
} from './quantize';
export * from './trim';
