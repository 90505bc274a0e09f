/**
 * The learning rate of a step: a linear rise over the warm-up, then a linear fall to 0 at the last step.
 *
 * @param step from 0 on @param warmupShare of all steps, 0 to 1
 */
export function linearSchedule(step: number, steps: number, peak: number, warmupShare: number): number {
  const warmup = Math.round(steps * warmupShare);
  if (step < warmup) return (peak * (step + 1)) / warmup;
  return (peak * (steps - step)) / (steps - warmup);
}
