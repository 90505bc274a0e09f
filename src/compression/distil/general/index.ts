/**
 * General distillation: a new, small encoder learns from a larger one on unlabelled text, before any task.
 *
 * In: text files, the folder of a teacher, a shape. Out: a model folder that fine-tuning takes as its encoder. May touch: the folder of the
 * run.
 *
 * schema.ts is the configuration, start.ts initializes the student, objective.ts is its loss, distil-encoder.ts trains it.
 */
export { distilEncoder } from './distil-encoder';
export {
  completeGeneralDistillation,
  GENERAL_DISTILLATION_SCHEMA,
  type GeneralDistillationConfiguration,
  type GeneralDistillationOptions,
  generalDistillationFileSchema,
  generalDistillationOfFile,
} from './schema';
