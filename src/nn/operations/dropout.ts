import { type DeviceTensor, upload } from '../device';
import { atLeast, head, multiply, randomBytes, reshape } from '../kernels';
import type { Tape } from '../tape';

/** The seeds of a step's dropouts, one after the other: two numbers each, which a resumed run draws again. */
export type Chance = () => [number, number];

/** @param seed of the run @param step of the training, so that every step draws anew */
export function createChance(seed: number, step: number): Chance {
  let drawn = 0;
  return () => [seed, step * 1000 + drawn++];
}

/**
 * Dropout (Srivastava et al. 2014, JMLR 15): zeroes a share `rate` of the values and scales the rest by 1 / (1 - rate), so that
 * the mean stays. Without chance on the tape it passes x through. Any shape.
 */
export function dropout(tape: Tape, x: DeviceTensor, rate: number): DeviceTensor {
  const { chance } = tape;
  if (!chance || rate === 0) return x;
  return tape.apply([x], () => {
    const mask = dropoutMask(x.shape, rate, chance);
    return { output: multiply(x, mask), saved: [mask], backward: (dy) => [multiply(dy, mask)] };
  });
}

/**
 * 0 with probability `rate`, else 1 / (1 - rate).
 *
 * Drawing is the dear part on a processor, so an element gets one random byte: it falls where the byte is below 256 · rate. For
 * that to be a whole number, a second, single draw rounds it up or down for the whole mask, such that its mean is exact.
 */
export function dropoutMask(shape: readonly number[], rate: number, chance: Chance): DeviceTensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const [seed, draw] = chance();
  const threshold = Math.floor(256 * rate + fraction(seed, draw));
  const bytes = randomBytes(count, upload(Int32Array.of(seed, draw), [2]));
  const kept = atLeast(bytes, threshold); // [count / 4, 4]
  const scaled = multiply(kept, 1 / (1 - rate));
  const padded = kept.shape[0] * 4;
  const list = padded === count ? scaled : head(reshape(scaled, padded), count);
  return reshape(list, ...shape);
}

/** A number in [0, 1) that two integers determine and no pattern of theirs shows in: the finalizer of MurmurHash3. */
function fraction(seed: number, draw: number): number {
  let bits = (Math.imul(seed, 0x9e3779b1) ^ draw) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
