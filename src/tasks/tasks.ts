import { InputError } from '../foundation';
import { type ClassifierConfiguration, type ModelConfiguration, readTask } from '../nn';
import { classificationTask } from './classification/task';
import type { LossOptions } from './losses';
import type { Objective } from './objective';
import { objectiveOf, type Tensors } from './objective-of';
import { taggingTask } from './tagging/task';

/** The tasks that learn labels, by name. */
export const TASKS = { tagging: taggingTask, classification: classificationTask };

export type LabelTask = keyof typeof TASKS;

/** Returns the task of a model folder. @throws InputError for a folder with neither a tagger nor a classifier */
export function labelTaskOf(folder: string): LabelTask {
  const task = readTask(folder);
  if (task !== 'tagging' && task !== 'classification')
    throw new InputError(
      `${folder}: is an encoder without labels; name the folder of a trained tagger or classifier`,
    );
  return task;
}

/** Rebuilds an objective of `objectiveOf` in another process. */
export function remakeObjective(
  parameters: Tensors,
  name: LabelTask,
  configuration: ModelConfiguration | ClassifierConfiguration,
  source: string,
  options: LossOptions,
): Objective<never> {
  return name === 'tagging'
    ? objectiveOf(
        taggingTask,
        taggingTask.build(configuration as ModelConfiguration, source, parameters),
        options,
      )
    : objectiveOf(
        classificationTask,
        classificationTask.build(configuration as ClassifierConfiguration, source, parameters),
        options,
      );
}
