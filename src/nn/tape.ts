import { usesGpu } from './backend';
import { type DeviceTensor, free, keep, tidy } from './device';
import { add, narrow } from './kernels';

/** What an operation computed, and how a gradient passes back through it. */
export interface Applied {
  output: DeviceTensor;
  /** What `backward` needs of the tensors made on the way to the output; all others are freed at once. */
  saved?: readonly DeviceTensor[];
  /** From the loss's gradient by the output to its gradients by the inputs, in their order. */
  backward: (gradient: DeviceTensor) => readonly DeviceTensor[];
}

/** The seeds of a step's dropouts, one after the other: two numbers each, which a resumed run draws again. */
export type Chance = () => [number, number];

export type Precision = 'float32' | 'bfloat16';

interface Entry extends Required<Applied> {
  inputs: readonly DeviceTensor[];
}

/** Gradients by the tensor they belong to. Whoever receives them frees them. */
export type TensorGradients = Map<DeviceTensor, DeviceTensor>;

/**
 * The order in which operations were applied, so that `backward` can go through it in reverse (reverse-mode differentiation,
 * the chain rule from the end). Each operation brings its own gradient; the tape composes them.
 *
 * A recording tape owns what its operations made: an output and what was saved for its gradient live until the gradient has
 * passed, and are freed then. A tape that does not record keeps nothing: for networks that only compute.
 */
export class Tape {
  readonly #entries: Entry[] = [];

  constructor(
    readonly recording: boolean,
    /** Where dropout takes its chance from; without it, dropout is off. */
    readonly chance?: Chance,
    /** In what matrix products multiply; they add up, and all else is computed, in 32-bit floats. */
    readonly precision: Precision = 'float32',
    /** Whether operations take our own kernels (fused.ts), which there are for processors alone. */
    readonly fused: boolean = !usesGpu(),
  ) {}

  /** A factor of a matrix product: as it is, or rounded to bfloat16. */
  factor(x: DeviceTensor): DeviceTensor {
    return this.precision === 'bfloat16' ? narrow(x) : x;
  }

  /** Computes an operation's output and records how to go back. */
  apply(inputs: readonly DeviceTensor[], compute: () => Applied): DeviceTensor {
    if (!this.recording) return tidy(() => compute().output);
    const entry = tidy(() => {
      const { output, saved = [], backward } = compute();
      // An operation may name an input among what it saved: that is the tape's or the caller's already.
      const own = saved.filter((tensor) => !inputs.includes(tensor));
      keep(output, ...own);
      return { inputs, output, saved: own, backward };
    });
    this.#entries.push(entry);
    return entry.output;
  }

  /** Runs a part of a network, of which a tape that does not record keeps nothing but the result. */
  part(compute: () => DeviceTensor): DeviceTensor {
    return this.recording ? compute() : tidy(compute);
  }

  /**
   * Gradients of a scalar by every tensor that the operations took and did not make (the weights), from the scalar's
   * gradient by `output`. Ends the tape: all it owned is freed.
   */
  backward(output: DeviceTensor, gradient: DeviceTensor): TensorGradients {
    const gradients: TensorGradients = new Map([[output, gradient]]);
    // An operation may hand the same tensor to several inputs: it lives until the last of them is done with it.
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

  /** Frees what the tape owns where `backward` is not reached. */
  dispose(): void {
    for (const { output, saved } of this.#entries.splice(0)) free(output, ...saved);
  }
}
