/**
 * Compression: makes a trained model smaller and reports the cost in quality.
 *
 * In: a model folder. Out: a smaller one. May touch: model folders.
 *
 * distil/, trim/, prune/ and keep-labels.ts each turn a model folder into a smaller one, which the room `onnx` exports, fuses and quantizes. difference.ts
 * keeps a large model in little space.
 */
export { type KeptDifference, keepDifference, restoreDifference } from './difference';
export * from './distil';
export { DISTILLATION_SCHEMA } from './distil/options';
export { type KeptLabels, keepLabels } from './keep-labels';
export * from './prune';
export type { MaskOptions } from './prune/sparse/objective';
export { SPARSITY_SCHEMA } from './prune/sparse/options';
export { scoreFolder } from './score-folder';
export * from './trim';
