/** Operators that can be fused. */
export const FUSED_OPERATORS = ['attention', 'gelu', 'layer-norm'] as const;
export type FusedOperator = (typeof FUSED_OPERATORS)[number];

/** The fusions that made no model slower (fusing.bench.ts). */
export const DEFAULT_FUSED_OPERATORS: readonly FusedOperator[] = ['attention', 'gelu'];

export interface FuseOptions {
  /** Names of FUSED_OPERATORS; the default is DEFAULT_FUSED_OPERATORS. */
  operators?: readonly string[];
}
