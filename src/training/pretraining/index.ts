/**
 * Pre-training: unlabelled text to an encoder.
 *
 * In: text files, and an encoder or the shape of a new one. Out: a model folder that fine-tuning takes as its encoder. May touch: the
 * folder of the run.
 *
 * schema.ts is the configuration, windows.ts reads the text, pretrain.ts trains.
 */
export {
  learnFromText,
  type Pretraining,
  type PretrainingPlace,
  type PretrainingReport,
  pretrain,
  pretrainFiles,
  type TextLearning,
} from './pretrain';
export {
  completePretraining,
  ENCODER_SHAPE_SCHEMA,
  type FreshShape,
  PRETRAINING_SCHEMA,
  type PretrainingConfiguration,
  pretrainingFileSchema,
  pretrainingOfFile,
} from './schema';
export { readWindows, type TextWindows } from './windows';
