import type { Objective } from '../tasks';
import { Learner, type State } from './learner';
import { startReplicas } from './replicas';
import { type Stepper, type StepperOptions, takeStep } from './step';

/** @param state of a checkpoint, to resume; by default training starts from the task's current parameters */
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
