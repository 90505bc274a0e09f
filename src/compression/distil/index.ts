/**
 * Distillation: trains a smaller network on the predictions of a trained one.
 *
 * In: a teacher's model folder, or its kept answers; labelled and unlabelled sentences. Out: the student's model folder. May touch: that folder, and
 * the cache folder, where the teacher's logits are stored.
 *
 * start.ts decides what the student starts from, student.ts cuts it out of its teacher or a pretrained encoder, cut-encoder.ts on its
 * own. teaching.ts adds the teacher's predictions to the examples, which transfer.ts moves to other tokens; soft-target-file.ts keeps them
 * without the teacher. soft-targets.ts and layer-losses.ts compute the
 * loss against the teacher, layers.ts compares layers, objective.ts combines them for the trainer, distil.ts reads and writes the folders.
 * general/ distils an encoder before any task.
 */
export { cutEncoder } from './cut-encoder';
export { type DistillationReport, type DistillationRun, distil } from './distil';
export * from './general';
export {
  completeDistillation,
  DEFAULT_DISTILLATION,
  type DistillationConfiguration,
  type DistillationOptions,
  distillationFileSchema,
  readDistillationConfiguration,
} from './options';
export { keepSoftTargets, SOFT_TARGETS_FILE } from './soft-target-file';
export type { Alignment } from './teaching';
