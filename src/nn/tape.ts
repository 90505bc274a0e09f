import { usesGpu } from './backend';
import { type DeviceTensor, free, keep, tidy } from './device';
import { add, narrow } from './kernels';

/** The result of an operation, and its gradient function. */
export interface Applied {
  output: DeviceTensor;
  /** Intermediate tensors needed by `backward`; all others are freed at once. */
  saved?: readonly DeviceTensor[];
  /** Maps the loss's gradient with respect to the output to its gradients with respect to the inputs, in their order. */
  backward: (gradient: DeviceTensor) => readonly DeviceTensor[];
}

/** Draws the seed of each dropout in a step: two numbers each, which a resumed run draws again. */
export type Chance = () => [number, number];

export type Precision = 'float32' | 'bfloat16';

interface Entry extends Required<Applied> {
  inputs: readonly DeviceTensor[];
}

/** Gradients by tensor. The receiver frees them. */
export type TensorGradients = Map<DeviceTensor, DeviceTensor>;

/**
 * Records operations in the order applied, so that `backward` can traverse them in reverse (reverse-mode differentiation). Each
 * operation supplies its gradient; the tape composes them.
 *
 * A recording tape owns the results of its operations: an output and what was saved for its gradient are freed once the gradient
 * has passed. A tape that does not record keeps nothing: for inference.
 */
export class Tape {
  readonly #entries: Entry[] = [];

  constructor(
    readonly recording: boolean,
    /** Source of random numbers for dropout; without it, dropout is off. */
    readonly chance?: Chance,
    /** Precision in which matrix products multiply; sums and everything else use 32-bit floats. */
    readonly precision: Precision = 'float32',
    /** Whether operations use our fused kernels (fused.ts), which exist for CPUs only. */
    readonly fused: boolean = !usesGpu(),
  ) {}

  /** A factor of a matrix product: unchanged, or rounded to bfloat16. */
  factor(x: DeviceTensor): DeviceTensor {
    return this.precision === 'bfloat16' ? narrow(x) : x;
  }

  /** Computes an operation's output and records its gradient. */
  apply(inputs: readonly DeviceTensor[], compute: () => Applied): DeviceTensor {
    if (!this.recording) return tidy(() => compute().output);
    const entry = tidy(() => {
      const { output, saved = [], backward } = compute();
      // An operation may list an input among what it saved: the tape or the caller already owns that.
      const own = saved.filter((tensor) => !inputs.includes(tensor));
      keep(output, ...own);
      return { inputs, output, saved: own, backward };
    });
    this.#entries.push(entry);
    return entry.output;
  }

  /** Runs part of a network; a tape that does not record keeps only its result. */
  part(compute: () => DeviceTensor): DeviceTensor {
    return this.recording ? compute() : tidy(compute);
  }

  /**
   * Returns the gradients of a scalar with respect to every tensor that the operations used but did not create (the weights), given
   * the scalar's gradient with respect to `output`. Ends the tape and frees all that it owned.
   */
  backward(output: DeviceTensor, gradient: DeviceTensor): TensorGradients {
    const gradients: TensorGradients = new Map([[output, gradient]]);
    // An operation may pass the same tensor to several inputs: it is freed after the last one.
    const holders = new Map<DeviceTensor, number>([[gradient, 1]]);
    const drop = (tensor: DeviceTensor) => {
      const left = holders.get(tensor)! - 1;
      if (left > 0) holders.set(tensor, left);
      else {
        holders.delete(tensor);
        free(tensor);
      }
    };
    const give = (input: DeviceTensor, part: DeviceTensor) => {
      holders.set(part, (holders.get(part) ?? 0) + 1);
      const present = gradients.get(input);
      if (!present) {
        gradients.set(input, part);
        return;
      }
      const sum = add(present, part);
      keep(sum);
      drop(present);
      drop(part);
      gradients.set(input, sum);
      holders.set(sum, 1);
    };
    keep(gradient);
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      const arrived = gradients.get(entry.output);
      if (arrived) {
        const { inputs, backward } = entry;
        const parts = tidy(() => backward(arrived));
        keep(...parts);
        for (const [index, part] of parts.entries()) give(inputs[index], part);
        gradients.delete(entry.output);
        drop(arrived);
      }
      free(entry.output, ...entry.saved);
    }
    return gradients;
  }

  /** Frees what the tape owns if `backward` is not called. */
  dispose(): void {
    for (const { output, saved } of this.#entries.splice(0)) free(output, ...saved);
  }
}
