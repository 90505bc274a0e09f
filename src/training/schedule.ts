export const SCHEDULES = ['linear', 'cosine', 'constant'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/**
 * The learning rate of a step as a share of the peak: a linear rise over the warm-up, then a fall to 0 at the last step along
 * a line or half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983), or none.
 *
 * @param step from 0 on @param warmupShare of all steps, 0 to 1
 */
export function rateShare(schedule: Schedule, step: number, steps: number, warmupShare: number): number {
  const warmup = Math.round(steps * warmupShare);
  if (step < warmup) return (step + 1) / warmup;
  const left = (steps - step) / (steps - warmup);
  if (schedule === 'constant') return 1;
  return schedule === 'linear' ? left : (1 - Math.cos(Math.PI * left)) / 2;
}
