import { tidy, upload } from './device';
import { matMul, narrow } from './kernels';
import type { Precision } from './tape';

const SIDE = 512;
const TRIALS = 5;
/** bfloat16 has a third of the digits: it has to be clearly faster, casts included. */
const WORTH = 0.8;

let chosen: { precision: Precision; reason: string } | undefined;

/**
 * What matrix products should multiply in on this machine, by a test of a few milliseconds: processors with instructions for
 * bfloat16 are faster with it, all others much slower, since they imitate it.
 */
export function choosePrecision(): { precision: Precision; reason: string } {
  chosen ??= tidy(() => {
    const matrix = upload(new Float32Array(SIDE * SIDE).fill(0.5), [SIDE, SIDE]);
    const wide = fastest(() => matMul(matrix, matrix));
    const narrowed = fastest(() => matMul(narrow(matrix), narrow(matrix)));
    const speed = (milliseconds: number) => `${Math.round((2 * SIDE ** 3) / (milliseconds * 1e6))} GFLOPS`;
    return {
      precision: narrowed < WORTH * wide ? 'bfloat16' : 'float32',
      reason: `products of bfloat16 ran at ${speed(narrowed)} (casts included), of float32 at ${speed(wide)}`,
    };
  });
  return chosen;
}

/** Milliseconds of the run that other programs disturbed least, after one for warming up. */
function fastest(compute: () => unknown): number {
  tidy(compute);
  const times = Array.from({ length: TRIALS }, () => {
    const started = performance.now();
    tidy(compute);
    return performance.now() - started;
  });
  return Math.min(...times);
}
