import { type BorrowedParameters, kernels, Parameters, type Tensor, tidy, upload, variables } from '../nn';

/**
 * Exponential moving average of parameters over the steps: a ← d a + (1 - d) w. Averaged weights often generalize better than the
 * last ones (Polyak & Juditsky 1992; Izmailov et al. 2018, arXiv:1803.05407). After few steps the average follows faster, d =
 * min(d, (1 + steps) / (10 + steps)), so that it forgets the initial weights. Owns its memory until `dispose()`.
 */
export class MovingAverage {
  #steps = 0;
  readonly #average: Parameters;

  constructor(
    readonly parameters: BorrowedParameters,
    readonly decay: number,
  ) {
    this.#average = new Parameters(parameters.snapshot());
  }

  /** Adds the weights after a step. */
  update(): void {
    const decay = Math.min(this.decay, (1 + this.#steps) / (10 + this.#steps));
    this.#steps++;
    for (const name of this.parameters.shapes.keys()) {
      tidy(() => {
        // Uploaded, since numbers passed to operations are cached forever, and this one changes every step.
        const share = upload(Float32Array.of(1 - decay), []);
        const average = variables.readVariable(this.#average.handle(name));
        const present = variables.readVariable(this.parameters.handle(name));
        const moved = kernels.multiply(kernels.subtract(present, average), share);
        variables.assignVariable(this.#average.handle(name), kernels.add(average, moved));
      });
    }
  }

  /** Runs `work` with the averages in place of the parameters, then restores these. */
  async inPlace<T>(work: () => Promise<T>): Promise<T> {
    const present = this.parameters.snapshot();
    this.parameters.restore(this.#average.snapshot());
    try {
      return await work();
    } finally {
      this.parameters.restore(present);
    }
  }

  snapshot(): Map<string, Tensor> {
    const state = this.#average.snapshot();
    state.set('steps', { shape: [1], data: Float32Array.of(this.#steps) });
    return state;
  }

  restore(state: ReadonlyMap<string, Tensor>): void {
    [this.#steps] = state.get('steps')!.data;
    this.#average.restore(state);
  }

  dispose(): void {
    this.#average.dispose();
  }
}
