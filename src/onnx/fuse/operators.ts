/** Operators that can be fused. */
export const FUSED_OPERATORS = ['attention', 'gelu', 'layer-norm'] as const;
export type FusedOperator = (typeof FUSED_OPERATORS)[number];

/** The fusions that made no model slower (fusing.bench.ts). */
export const DEFAULT_FUSED_OPERATORS: readonly FusedOperator[] = ['attention', 'gelu'];

export interface FuseOptions {
  /** Names of FUSED_OPERATORS; the default is those of DEFAULT_FUSED_OPERATORS that the model's attention allows. */
  operators?: readonly string[];
}
