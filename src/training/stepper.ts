import type { Objective } from '../tasks';
import { Learner, type LearnerOptions, type State } from './learner';
import { startReplicas } from './replicas';
import { type Step, type StepOptions, type StepOutcome, takeStep } from './step';

/** Who takes the steps of a training run: this process, or several replicas of the network in processes of their own. */
export interface Stepper<Example> {
  /**
   * One step on some batches.
   *
   * @throws InputError where the loss is no number any more; nothing was updated then
   */
  step(batches: readonly (readonly Example[])[], step: Step): Promise<StepOutcome>;
  /** Does something while the task's parameters here are those to be judged and kept: the averages, where there are any. */
  judged<T>(work: () => Promise<T>): Promise<T>;
  /** All that is needed to go on. */
  snapshot(): Promise<State>;
  /** Ends it and gives back what it holds. The task's parameters stay with their owner. */
  dispose(): Promise<void>;
}

export type StepperOptions = LearnerOptions & StepOptions;

/** @param state of a checkpoint, to go on from; else training begins with the task's parameters as they are */
export async function startStepper<Example extends { inputIds: Int32Array }>(
  task: Objective<Example>,
  options: StepperOptions,
  replicas: number,
  state?: State,
): Promise<Stepper<Example>> {
  if (replicas > 1) return startReplicas(task, options, replicas, state);
  const learner = new Learner(task, options);
  if (state) learner.restore(state);
  return {
    step: async (batches, step) => takeStep(learner, batches, options, step),
    judged: (work) => learner.judged(work),
    snapshot: async () => learner.snapshot(),
    dispose: async () => learner.dispose(),
  };
}
