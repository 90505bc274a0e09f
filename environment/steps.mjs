// Runs the steps of the set-up: each as soon as what it needs stands, side by side where they do not wait for each other.
//
// A step: { name, needs: [names], isDone(), plan(), work() }. `isDone` is quick and says whether nothing is to do;
// `plan` says in a few words what `work` is about to do. `work` leaves its mark last, so that a step that was cut off
// counts as not done.
import { performance } from 'node:perf_hooks';
import { CommandError, interruptedStatus, SetupError } from './commands.mjs';

/** Resolves to the names of the steps that worked and those that failed; those behind a failed one are not begun. */
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
