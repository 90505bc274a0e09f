/**
 * Fusing: replaces the many small operators of an exported graph for attention, GELU and LayerNorm by single operators of ONNX
 * Runtime (domain `com.microsoft`), which need one pass; `compress quantize` converts `Attention` to `QAttention`.
 *
 * In: a model folder with `onnx/model.onnx`, of any depth, with any heads and neurons per layer. Out: a model folder whose
 * `onnx/model.onnx` is the fused graph, under the standard name. Logits are unchanged up to rounding. May touch: model folders.
 *
 * The default fuses what makes no model slower on the CPU. GELU makes no difference, since ONNX Runtime fuses it itself when
 * loading a file. LayerNorm must be requested: `SkipLayerNormalization` takes longer than the additions and the
 * `LayerNormalization` that it replaces (fusing.bench.ts).
 */
export { fuseModel } from './fuse';
export { fuseFolder } from './fuse-folder';
export { DEFAULT_FUSED_OPERATORS, FUSED_OPERATORS, type FusedOperator, type FuseOptions } from './operators';
