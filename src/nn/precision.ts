import { readFileSync } from 'node:fs';
import { usesGpu } from './backend';
import { download, tidy, upload } from './device';
import { matMul, narrow, sumOfAll } from './kernels';
import type { Precision } from './tape';

const SIDE = 512;
const TRIALS = 5;
/** bfloat16 has a third of the digits: it must be clearly faster, including casts. */
const WORTH = 0.8;

let chosen: { precision: Precision; reason: string } | undefined;

/**
 * Chooses the precision of matrix products on this machine. A processor without bfloat16 instructions emulates it; on one that has
 * them, and on a GPU, a test of a few milliseconds must show that they are faster.
 */
export function choosePrecision(): { precision: Precision; reason: string } {
  chosen ??= hasBfloat16()
    ? tidy(compare)
    : { precision: 'float32', reason: 'the processor has no bfloat16' };
  return chosen;
}

function hasBfloat16(): boolean {
  if (usesGpu()) return true;
  try {
    return /\b(avx512_bf16|amx_bf16|bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

function compare(): { precision: Precision; reason: string } {
  const matrix = upload(new Float32Array(SIDE * SIDE).fill(0.5), [SIDE, SIDE]);
  // Reading a number waits for the GPU, which runs asynchronously.
  const wide = fastest(() => download(sumOfAll(matMul(matrix, matrix))));
  const narrowed = fastest(() => download(sumOfAll(matMul(narrow(matrix), narrow(matrix)))));
  const speed = (milliseconds: number) => `${Math.round((2 * SIDE ** 3) / (milliseconds * 1e6))} GFLOPS`;
  return {
    precision: narrowed < WORTH * wide ? 'bfloat16' : 'float32',
    reason: `bfloat16 products ran at ${speed(narrowed)} (including casts), float32 at ${speed(wide)}`,
  };
}

/** Milliseconds of the fastest run, the least disturbed by other programs, after one warm-up run. */
function fastest(compute: () => unknown): number {
  tidy(compute);
  const times = Array.from({ length: TRIALS }, () => {
    const started = performance.now();
    tidy(compute);
    return performance.now() - started;
  });
  return Math.min(...times);
}
