/**
 * Fusing: the many small operators of an exported graph's attention replaced by ONNX Runtime's own `Attention` (domain
 * `com.microsoft`), which does their work in one pass; `compress quantize` makes `QAttention` of it.
 *
 * In: a model folder with `onnx/model.onnx`, of any depth, with any heads and neurons by layer. Out: a model folder whose
 * `onnx/model.onnx` is the fused graph, under the name by which everything finds it. Logits stay what they were but for
 * rounding. May touch: model folders.
 *
 * Only what ONNX Runtime does not do by itself and what pays is fused. When it loads a file it fuses bias and GELU, and
 * after quantization the integer products. Residual sum and LayerNorm stay apart: `SkipLayerNormalization` takes more than
 * twice as long on the CPU as an addition and `LayerNormalization` do (measured with 1.30 and 1.32, without AVX-512).
 */
export {
  DEFAULT_FUSED_OPERATORS,
  FUSED_OPERATORS,
  type FusedOperator,
  type FuseOptions,
  fuseFolder,
  fuseModel,
} from './fuse';
