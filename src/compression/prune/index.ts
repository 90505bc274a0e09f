/**
 * Pruning. Of structure: a model without the layers, attention heads, neurons and directions of its hidden states that matter least,
 * its matrices smaller.
 *
 * In: a model folder, sentences that say what matters. Out: a model folder, `prune.json` with what was removed. May touch: that
 * folder.
 *
 * Of single weights (sparse/): a model trained on while its weights become zeros, which saves disk and no time.
 *
 * importance.ts says what matters, removal.ts and, for hidden states, narrowing.ts take it out of tensors and configuration, prune.ts goes from folder to folder.
 */
export { type PruneOptions, type PruneReport, pruneStructure } from './prune';
export { type MovementOptions, measureMovement } from './sparse/movement';
export { prunedTensors } from './sparse/objective';
export {
  cubicRise,
  METHODS,
  readSparsityConfiguration,
  type SparsityConfiguration,
  type SparsityOptions,
  sparsityFileSchema,
} from './sparse/options';
export { maskSmallest } from './sparse/selection';
export { countWeights, type SparsityReport, type SparsityRun, sparsify } from './sparse/sparsify';
