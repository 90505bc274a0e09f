/**
 * Pruning. Structured: removes the least important layers, attention heads, neurons and hidden dimensions, which makes the matrices
 * smaller.
 *
 * In: a model folder, sentences for estimating importance. Out: a model folder, `prune.json` with what was removed. May touch: that
 * folder.
 *
 * Unstructured (sparse/): fine-tunes a model while setting weights to zero, which reduces file size but not run time.
 *
 * weakest-outputs.ts is a baseline. importance.ts estimates importance, removal.ts and, for hidden states, narrowing.ts change tensors and configuration, prune.ts reads and writes the folders.
 */
export { type PruneOptions, type PruneReport, pruneStructure } from './prune';
export { type MovementOptions, measureMovement } from './sparse/movement';
export { prunedTensors } from './sparse/objective';
export {
  completeSparsity,
  cubicRise,
  METHODS,
  readSparsityConfiguration,
  type SparsityConfiguration,
  type SparsityOptions,
  scoreRateFor,
  sparsityFileSchema,
} from './sparse/options';
export { maskSmallest } from './sparse/selection';
export { countWeights, type SparsityReport, type SparsityRun, sparsify } from './sparse/sparsify';
export { zeroWeakestOutputs } from './weakest-outputs';
