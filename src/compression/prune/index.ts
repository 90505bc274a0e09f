/**
 * Pruning of structure: a model without the layers, attention heads and neurons that matter least, its matrices smaller.
 *
 * In: a model folder, sentences that say what matters. Out: a model folder, `prune.json` with what was removed. May touch: that
 * folder.
 *
 * importance.ts says what matters, removal.ts takes it out of tensors and configuration, prune.ts goes from folder to folder.
 */
export { type PruneOptions, type PruneReport, pruneStructure } from './prune';
