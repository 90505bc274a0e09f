import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { type Tensor as PlainTensor, tensorflow } from '../nn';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Gradients by parameter name. */
export type Gradients = Readonly<Record<string, Tensor>>;

/**
 * AdamW: Adam (Kingma & Ba 2015, arXiv:1412.6980) with weight decay apart from the gradient (Loshchilov & Hutter 2019,
 * arXiv:1711.05101). Biases and LayerNorm's gains do not decay. Owns its two moments' memory until `dispose()`.
 */
export class AdamW {
  #steps = 0;
  readonly #moments: Map<string, { first: Variable; second: Variable }>;

  constructor(
    readonly parameters: ReadonlyMap<string, Variable>,
    readonly weightDecay: number,
  ) {
    const tf = tensorflow();
    this.#moments = new Map(
      [...parameters].map(([name, { shape }]) => [
        name,
        {
          first: tf.tidy(() => tf.variable(tf.zeros(shape))),
          second: tf.tidy(() => tf.variable(tf.zeros(shape))),
        },
      ]),
    );
  }

  /** One update; `scale` multiplies every gradient (clipping). */
  update(gradients: Gradients, learningRate: number, scale: number): void {
    const tf = tensorflow();
    this.#steps++;
    const correction1 = 1 - BETA_1 ** this.#steps;
    const correction2 = 1 - BETA_2 ** this.#steps;
    for (const [name, parameter] of this.parameters) {
      const { first, second } = this.#moments.get(name)!;
      tf.tidy(() => {
        const gradient = scale === 1 ? gradients[name] : tf.mul(gradients[name], scale);
        first.assign(tf.add(tf.mul(first, BETA_1), tf.mul(gradient, 1 - BETA_1)));
        second.assign(tf.add(tf.mul(second, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2)));
        const deviation = tf.add(tf.mul(tf.sqrt(second), 1 / Math.sqrt(correction2)), EPSILON);
        const step = tf.mul(tf.div(first, deviation), learningRate / correction1);
        const kept = decays(name) ? tf.mul(parameter, 1 - learningRate * this.weightDecay) : parameter;
        parameter.assign(tf.sub(kept, step));
      });
    }
  }

  /** Moments and step count as plain arrays, for a checkpoint. */
  snapshot(): Map<string, PlainTensor> {
    const state = new Map<string, PlainTensor>([
      ['steps', { shape: [1], data: Float32Array.of(this.#steps) }],
    ]);
    for (const [name, { first, second }] of this.#moments) {
      state.set(`first/${name}`, { shape: first.shape, data: Float32Array.from(first.dataSync()) });
      state.set(`second/${name}`, { shape: second.shape, data: Float32Array.from(second.dataSync()) });
    }
    return state;
  }

  restore(state: ReadonlyMap<string, PlainTensor>): void {
    const tf = tensorflow();
    this.#steps = state.get('steps')!.data[0];
    for (const [name, { first, second }] of this.#moments) {
      for (const [moment, variable] of [['first', first] as const, ['second', second] as const]) {
        const { shape, data } = state.get(`${moment}/${name}`)!;
        tf.tidy(() => variable.assign(tf.tensor(data, shape)));
      }
    }
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) {
      first.dispose();
      second.dispose();
    }
  }
}

function decays(name: string): boolean {
  return !name.endsWith('.bias') && !name.includes('LayerNorm');
}

/** The Euclidean norm of all gradients together. */
export function globalNorm(gradients: Gradients): number {
  const tf = tensorflow();
  return tf.tidy(() => {
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
    return tf.sqrt(tf.addN(squares)).dataSync()[0];
  });
}
