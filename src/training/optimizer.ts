import {
  type BorrowedParameters,
  type DeviceTensor,
  download,
  isNorm,
  kernels,
  Parameters,
  type Tensor as PlainTensor,
  tidy,
  upload,
  variables,
} from '../nn';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Gradients by parameter name. */
export type Gradients = ReadonlyMap<string, DeviceTensor>;

/**
 * AdamW: Adam (Kingma & Ba 2015, arXiv:1412.6980) with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101). Biases
 * and LayerNorm gains do not decay. One operation updates a parameter and its moments in place. Owns the moments' memory until
 * `dispose()`.
 *
 * The moments are kept as averages m̃ and ṽ of the gradients before clipping, with m = M m̃ and v = V ṽ. If c scales a step's
 * gradients g, then m ← β₁ m + (1 - β₁) c g is the same as M' = β₁ M + (1 - β₁) c and m̃ ← b m̃ + (1 - b) g with b = β₁ M / M'; for
 * v likewise with c². So clipping costs three numbers instead of a pass over all gradients. Without clipping m̃ and ṽ are the
 * bias-corrected moments of the paper.
 */
export class AdamW {
  #steps = 0;
  #firstScale = 0; // M
  #secondScale = 0; // V
  readonly #first: Parameters;
  readonly #second: Parameters;

  constructor(
    readonly parameters: BorrowedParameters,
    readonly weightDecay: number,
    /** Factors of the learning rate by parameter; 1 by default. */
    readonly rates: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#first = Parameters.zeros(parameters.shapes);
    this.#second = Parameters.zeros(parameters.shapes);
  }

  /** Applies one update; `scale` multiplies every gradient (clipping). No tensor read from the parameters may be alive. */
  update(gradients: Gradients, learningRate: number, scale: number): void {
    this.#steps++;
    const [keptFirst, keptSecond] = [BETA_1 * this.#firstScale, BETA_2 * this.#secondScale];
    // Rounded as in a checkpoint, so that a resumed run continues with the same numbers.
    this.#firstScale = Math.fround(keptFirst + (1 - BETA_1) * scale);
    this.#secondScale = Math.fround(keptSecond + (1 - BETA_2) * scale * scale);
    // The paper's m̂ = m / (1 - β₁ᵗ) and √v̂ as multiples of m̃ and √ṽ.
    const first = this.#firstScale / (1 - BETA_1 ** this.#steps);
    const second = Math.sqrt(this.#secondScale / (1 - BETA_2 ** this.#steps));
    for (const name of this.parameters.shapes.keys()) {
      const ownRate = learningRate * (this.rates.get(name) ?? 1);
      const moments = [this.#first.handle(name), this.#second.handle(name)] as const;
      variables.applyAdamW(this.parameters.handle(name), moments, gradients.get(name)!, {
        lost: decays(name) ? ownRate * this.weightDecay : 0,
        rate: (ownRate * first) / second,
        beta1: keptFirst / this.#firstScale,
        beta2: keptSecond / this.#secondScale,
        epsilon: EPSILON / second,
      });
    }
  }

  /** Returns moments, their scales and the step count as plain arrays, for a checkpoint. */
  snapshot(): Map<string, PlainTensor> {
    const state = new Map<string, PlainTensor>([
      ['steps', { shape: [1], data: Float32Array.of(this.#steps) }],
      ['scales', { shape: [2], data: Float32Array.of(this.#firstScale, this.#secondScale) }],
    ]);
    for (const [name, tensor] of this.#first.snapshot()) state.set(`first/${name}`, tensor);
    for (const [name, tensor] of this.#second.snapshot()) state.set(`second/${name}`, tensor);
    return state;
  }

  restore(state: ReadonlyMap<string, PlainTensor>): void {
    const part = (prefix: string) =>
      new Map([...this.parameters.shapes.keys()].map((name) => [name, state.get(`${prefix}/${name}`)!]));
    [this.#steps] = state.get('steps')!.data;
    [this.#firstScale, this.#secondScale] = state.get('scales')!.data;
    this.#first.restore(part('first'));
    this.#second.restore(part('second'));
  }

  dispose(): void {
    this.#first.dispose();
    this.#second.dispose();
  }
}

function decays(name: string): boolean {
  return !name.endsWith('.bias') && !isNorm(name);
}

/** Selects rows of a table // [rows, width] -> [count, width] */
export const rowsOf = (table: DeviceTensor, rows: Int32Array): DeviceTensor =>
  kernels.gather(table, upload(rows, [rows.length]));

/** The Euclidean norm of all gradients together. */
export const globalNorm = (gradients: Gradients): number => Math.sqrt(squaredNorm(gradients));

/** Returns the sum of squares of all gradients. For tables it reads only the rows that may be non-zero. */
export function squaredNorm(gradients: Gradients): number {
  return tidy(() => {
    const halves = [...gradients.values()].map((gradient) =>
      kernels.halfSquaredNorm(gradient.rows ? rowsOf(gradient, gradient.rows) : gradient),
    );
    return 2 * download(kernels.sumOf(halves))[0];
  });
}
