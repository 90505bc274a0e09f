/**
 * Fusing: the many small operators that an exported graph spells attention, GELU and LayerNorm with, replaced by ONNX Runtime's own
 * (domain `com.microsoft`), which do their work in one pass; `compress quantize` makes `QAttention` of `Attention`.
 *
 * In: a model folder with `onnx/model.onnx`, of any depth, with any heads and neurons by layer. Out: a model folder whose
 * `onnx/model.onnx` is the fused graph, under the name by which everything finds it. Logits stay what they were but for
 * rounding. May touch: model folders.
 *
 * By default what does not make a model slower on the CPU. GELU costs the same either way, for ONNX Runtime fuses it itself when it
 * loads a file. LayerNorm must be asked for: `SkipLayerNormalization` takes longer than the additions and the
 * `LayerNormalization` that it replaces (fusing.bench.ts).
 */
export { fuseModel } from './fuse';
export { fuseFolder } from './fuse-folder';
export { DEFAULT_FUSED_OPERATORS, FUSED_OPERATORS, type FusedOperator, type FuseOptions } from './operators';
