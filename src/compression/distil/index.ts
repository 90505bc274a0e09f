/**
 * Distillation: a smaller network that learns what a trained one says.
 *
 * In: a teacher's model folder, labelled and unlabelled sentences. Out: the student's model folder. May touch: that folder, and
 * the cache folder, where the teacher's logits are kept.
 *
 * student.ts makes the student, soft-targets.ts and layer-losses.ts say how far it is from its teacher, distillation-task.ts
 * hands both to the trainer, distil.ts goes from folder to folder.
 */
export { type DistillationReport, type DistillationRun, distil } from './distil';
export {
  completeDistillation,
  DEFAULT_DISTILLATION,
  type DistillationConfiguration,
  type DistillationOptions,
  distillationFileSchema,
  readDistillationConfiguration,
} from './options';
