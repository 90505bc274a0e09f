// Runs the steps of the set-up: each as soon as its prerequisites are done, in parallel where possible.
//
// A step: { name, needs: [names], isDone(), plan(), work() }. `isDone` is fast and returns whether nothing is to be done; `plan`
// describes in a few words what `work` will do. `work` writes its mark last, so that an interrupted step counts as not done.
import { performance } from 'node:perf_hooks';
import { CommandError, interruptedStatus, SetupError } from './commands.mjs';

/** Resolves to the names of the steps that succeeded and those that failed; steps after a failed one are not started. */
export async function runSteps(steps, say) {
  const worked = [];
  const failed = [];
  const outcomes = new Map();
  for (const step of steps) {
    const earlier = step.needs.map((name) => outcomes.get(name));
    outcomes.set(step.name, runStep(step, earlier));
  }
  await Promise.all(outcomes.values());
  return { worked, failed };

  async function runStep(step, earlier) {
    if ((await Promise.all(earlier)).includes(false) || interruptedStatus()) return false;
    try {
      if (await step.isDone()) return true;
      const start = performance.now();
      say(`  ${step.name}: ${await step.plan()}`);
      await step.work();
      worked.push(step.name);
      say(`✓ ${step.name} (${seconds(start)})`);
      return true;
    } catch (error) {
      if (interruptedStatus()) return false;
      failed.push(step.name);
      say(`✗ ${step.name}: ${explain(error)}`);
      return false;
    }
  }
}

export const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

function explain(error) {
  if (error instanceof SetupError) return error.message;
  if (error instanceof CommandError) {
    const end = error.output.trim().split('\n').slice(-20).join('\n    ');
    return `${error.message}. Its last lines:\n    ${end}`;
  }
  return error.stack;
}
