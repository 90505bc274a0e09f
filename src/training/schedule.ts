export const SCHEDULES = ['linear', 'cosine', 'constant'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/**
 * Learning rate of a step relative to the peak: a linear rise during the warm-up, then a decrease to 0 at the last step, linearly
 * or along half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983), or constant.
 *
 * @param step from 0 @param warmupShare fraction of all steps, 0 to 1
 */
export function rateShare(schedule: Schedule, step: number, steps: number, warmupShare: number): number {
  const warmup = Math.round(steps * warmupShare);
  if (step < warmup) return (step + 1) / warmup;
  const left = (steps - step) / (steps - warmup);
  if (schedule === 'constant') return 1;
  return schedule === 'linear' ? left : (1 - Math.cos(Math.PI * left)) / 2;
}
