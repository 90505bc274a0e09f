import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tensorflow } from './backend';
import { runForTensor, typeAttribute } from './native';

/** y = x Wᵀ + b, with W as PyTorch keeps it. x [rows, in], weight [out, in], bias [out] -> [rows, out] */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  const tf = tensorflow();
  return tf.add(tf.matMul(x, weight, false, true), bias);
}

/**
 * Layer normalization (Ba et al. 2016, arXiv:1607.06450): each row to mean 0 and variance 1, then scaled and shifted.
 * With x̂ the normalized row and g = dy · gain, the gradient is dx = (g - mean(g) - x̂ mean(g x̂)) / σ.
 * x [rows, hidden], gain and shift [hidden] -> [rows, hidden]
 */
export function layerNorm(x: Tensor2D, gain: Tensor1D, shift: Tensor1D, epsilon: number): Tensor2D {
  const tf = tensorflow();
  const normalize = tf.customGrad((...inputs) => {
    const [rows, scale, offset, save] = inputs as unknown as [
      Tensor2D,
      Tensor1D,
      Tensor1D,
      (saved: Tensor[]) => void,
    ];
    const centred = tf.sub(rows, tf.mean(rows, 1, true));
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normalized = tf.mul(centred, inverseDeviation);
    save([normalized, inverseDeviation, scale]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [hat, inverse, weights] = saved;
      const g = tf.mul(dy, weights);
      const projected = tf.mul(hat, tf.mean(tf.mul(g, hat), 1, true));
      const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, 1, true)), projected), inverse);
      return [dx, tf.sum(tf.mul(dy, hat), 0), tf.sum(dy, 0)];
    };
    return { value: tf.add(tf.mul(normalized, scale), offset), gradFunc };
  });
  return normalize(x, gain, shift) as Tensor2D;
}

/** Gaussian error linear unit, x Φ(x), exact by erf (Hendrycks & Gimpel 2016, arXiv:1606.08415). Any shape. */
export function gelu<T extends Tensor>(x: T): T {
  const tf = tensorflow();
  const activate = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [Tensor, (saved: Tensor[]) => void];
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(input, Math.SQRT1_2)), 1), 0.5); // Φ(x)
    save([input, cumulative]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [value, phi] = saved;
      const density = tf.mul(tf.exp(tf.mul(tf.square(value), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [tf.mul(dy, tf.add(phi, tf.mul(value, density)))];
    };
    return { value: tf.mul(input, cumulative), gradFunc };
  });
  return activate(x) as T;
}

/** A stream of uniform noise that depends on its two seeds alone, so that a resumed run repeats an undisturbed one. */
export type Noise = (shape: number[]) => Tensor;

/** @param seed of the run @param step of the training, so that every step draws anew */
export function createNoise(seed: number, step: number): Noise {
  const tf = tensorflow();
  const attributes = [
    typeAttribute('dtype', 'float'),
    typeAttribute('T', 'int'),
    typeAttribute('Tseed', 'int'),
  ];
  let drawn = 0;
  return (shape) => {
    const key = tf.tensor1d([seed, step * 1000 + drawn++], 'int32');
    const extents = tf.tensor1d(shape, 'int32');
    const noise = runForTensor('StatelessRandomUniform', attributes, [extents, key]);
    key.dispose();
    extents.dispose();
    return noise;
  };
}

/** Zeroes a share `rate` of the values and scales the rest by 1 / (1 - rate); without noise it passes x through. */
export function dropout<T extends Tensor>(x: T, rate: number, noise: Noise | undefined): T {
  if (!noise || rate === 0) return x;
  const tf = tensorflow();
  const kept = tf.cast(tf.greaterEqual(noise(x.shape), rate), 'float32');
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
}
