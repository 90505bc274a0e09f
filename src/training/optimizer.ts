import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import {
  booleanAttribute,
  Parameters,
  type Tensor as PlainTensor,
  run,
  tensorflow,
  typeAttribute,
} from '../nn';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Gradients by parameter name. */
export type Gradients = ReadonlyMap<string, Tensor>;

/**
 * AdamW: Adam (Kingma & Ba 2015, arXiv:1412.6980) with weight decay apart from the gradient (Loshchilov & Hutter 2019,
 * arXiv:1711.05101). Biases and LayerNorm's gains do not decay. One TensorFlow operation updates a parameter and its
 * moments in place. Owns the moments' memory until `dispose()`.
 */
export class AdamW {
  #steps = 0;
  readonly #first: Parameters;
  readonly #second: Parameters;

  constructor(
    readonly parameters: Parameters,
    readonly weightDecay: number,
  ) {
    this.#first = Parameters.zeros(parameters.shapes);
    this.#second = Parameters.zeros(parameters.shapes);
  }

  /** One update; `scale` multiplies every gradient (clipping). No tensor read from the parameters may be alive. */
  update(gradients: Gradients, learningRate: number, scale: number): void {
    const tf = tensorflow();
    this.#steps++;
    const power1 = BETA_1 ** this.#steps;
    const power2 = BETA_2 ** this.#steps;
    tf.tidy(() => {
      const hyper = [
        power1,
        power2,
        learningRate,
        BETA_1,
        BETA_2,
        // TensorFlow adds epsilon before the bias correction of the second moment, the paper and PyTorch after it.
        EPSILON * Math.sqrt(1 - power2),
      ].map((value) => tf.scalar(value));
      const decay = tf.scalar(learningRate * this.weightDecay);
      const attributes = [
        typeAttribute('T', 'float'),
        booleanAttribute('use_locking', false),
        booleanAttribute('use_nesterov', false),
      ];
      for (const name of this.parameters.shapes.keys()) {
        const parameter = this.parameters.handle(name);
        if (this.weightDecay > 0 && decays(name)) this.#decay(name, decay);
        const gradient = scale === 1 ? gradients.get(name)! : tf.mul(gradients.get(name)!, scale);
        const moments = [this.#first.handle(name), this.#second.handle(name)];
        run('ResourceApplyAdam', attributes, [parameter, ...moments, ...hyper, gradient]);
        if (scale !== 1) gradient.dispose();
      }
    });
  }

  #decay(name: string, share: Scalar): void {
    const parameter = this.parameters.handle(name);
    tensorflow().tidy(() => {
      const value = this.parameters.readOne(name);
      const lost = value.mul(share);
      value.dispose();
      run('AssignSubVariableOp', [typeAttribute('dtype', 'float')], [parameter, lost]);
    });
  }

  /** Moments and step count as plain arrays, for a checkpoint. */
  snapshot(): Map<string, PlainTensor> {
    const state = new Map<string, PlainTensor>([
      ['steps', { shape: [1], data: Float32Array.of(this.#steps) }],
    ]);
    for (const [name, tensor] of this.#first.snapshot()) state.set(`first/${name}`, tensor);
    for (const [name, tensor] of this.#second.snapshot()) state.set(`second/${name}`, tensor);
    return state;
  }

  restore(state: ReadonlyMap<string, PlainTensor>): void {
    const part = (prefix: string) =>
      new Map([...this.parameters.shapes.keys()].map((name) => [name, state.get(`${prefix}/${name}`)!]));
    this.#steps = state.get('steps')!.data[0];
    this.#first.restore(part('first'));
    this.#second.restore(part('second'));
  }

  dispose(): void {
    this.#first.dispose();
    this.#second.dispose();
  }
}

function decays(name: string): boolean {
  return !name.endsWith('.bias') && !name.includes('LayerNorm');
}

/** The Euclidean norm of all gradients together. */
export function globalNorm(gradients: Gradients): number {
  const tf = tensorflow();
  return tf.tidy(() => {
    const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
    return tf.sqrt(tf.addN(squares)).dataSync()[0];
  });
}
