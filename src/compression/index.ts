/**
 * Compression: a trained model made smaller, and what that costs.
 *
 * In: a model folder. Out: a smaller one. May touch: model folders.
 *
 * distil/, trim/ and prune/ each make a smaller model folder of a model folder; what they make is exported, fused and quantized by
 * the room `onnx`.
 */
export * from './distil';
export { DISTILLATION_SCHEMA } from './distil/options';
export * from './prune';
export type { MaskOptions } from './prune/sparse/objective';
export { SPARSITY_SCHEMA } from './prune/sparse/options';
export { scoreFolder } from './score-folder';
export * from './trim';
