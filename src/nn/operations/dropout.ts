import { createCipheriv } from 'node:crypto';
import { type DeviceTensor, upload } from '../device';
import type { Drops } from '../fused';
import { atLeast, multiply } from '../kernels';
import type { Chance, Tape } from '../tape';

/** @param seed of the run @param step of the training, so that each step draws new numbers */
export function createChance(seed: number, step: number): Chance {
  let drawn = 0;
  return () => [seed, step * 1000 + drawn++];
}

/**
 * Dropout (Srivastava et al. 2014, JMLR 15): zeroes a fraction `rate` of the values and scales the rest by 1 / (1 - rate), which
 * preserves the mean. Returns x if the tape has no source of chance. Any shape.
 */
export function dropout(tape: Tape, x: DeviceTensor, rate: number): DeviceTensor {
  const { chance } = tape;
  if (!chance || rate === 0) return x;
  return tape.apply([x], () => {
    const mask = dropoutMask(x.shape, rate, chance);
    return { output: multiply(x, mask), saved: [mask], backward: (dy) => [multiply(dy, mask)] };
  });
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(shape: readonly number[], rate: number, chance: Chance): DeviceTensor {
  const { bytes, threshold } = drawDrops(shape, rate, chance);
  return multiply(atLeast(bytes, threshold), 1 / (1 - rate));
}

/**
 * Draws which values of a shape are dropped; none without a source of chance or at rate 0.
 *
 * Each element gets one random byte: it is dropped if the byte is below 256 · rate. Since that must be a whole number, one more
 * draw rounds it up or down for the whole mask, so that its mean is exact.
 */
export function drawDrops(shape: readonly number[], rate: number, chance: Chance | undefined): Drops {
  if (!chance || rate === 0) return { bytes: upload(new Uint8Array(), [0]), threshold: 0, rate: 0 };
  const count = shape.reduce((product, extent) => product * extent, 1);
  const random = randomBytes(chance(), count + 4);
  const threshold = Math.floor(256 * rate + random.readUInt32LE(count) / 2 ** 32);
  return { bytes: upload(random.subarray(0, count), shape), threshold, rate };
}

let zeros = Buffer.alloc(0);

/**
 * Bytes determined by the two numbers of a seed: the key stream of the cipher ChaCha20 (RFC 8439), which the processor computes
 * several times faster than TensorFlow its random numbers.
 */
function randomBytes([seed, draw]: [number, number], count: number): Buffer {
  if (zeros.length < count) zeros = Buffer.alloc(count);
  const key = Buffer.alloc(32);
  key.writeDoubleLE(seed, 0);
  key.writeDoubleLE(draw, 8);
  return createCipheriv('chacha20', key, Buffer.alloc(16)).update(zeros.subarray(0, count));
}
