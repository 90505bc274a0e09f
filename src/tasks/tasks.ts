import { InputError } from '../foundation';
import { type LabelNetwork, readTask } from '../nn';
import { classificationTask } from './classification/task';
import type { LossOptions } from './losses';
import type { Objective } from './objective';
import { objectiveOf, type Tensors } from './objective-of';
import { taggingTask } from './tagging/task';
import type { Task } from './task';

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

/**
 * Calls a task-generic function with the named task: the only place that distinguishes tasks, so that the compiler checks each with
 * its data types.
 */
export function withTask<Result>(
  name: LabelTask,
  work: <Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
    task: Task<Item, Example, Network>,
  ) => Result,
): Result {
  return name === 'tagging' ? work(TASKS.tagging) : work(TASKS.classification);
}

/** Rebuilds an objective of `objectiveOf` in another process. */
export const remakeObjective = (
  parameters: Tensors,
  name: LabelTask,
  configuration: LabelNetwork['configuration'],
  source: string,
  options: LossOptions,
): Objective<never> =>
  withTask(
    name,
    (task): Objective<never> => objectiveOf(task, task.build(configuration, source, parameters), options),
  );
