import type { Tensor as TensorFlowTensor } from '@tensorflow/tfjs-node-gpu';
import { tensorflow } from './backend';
import { createVariable, destroyVariable, type Handle, run, runForTensor, typeAttribute } from './native';
import type { Tensor } from './safetensors';

/**
 * Named arrays that live in TensorFlow's memory as resource variables, so that one operation updates each in place
 * (`handle`). Owns that memory until `dispose()`.
 */
export class Parameters {
  readonly shapes: ReadonlyMap<string, number[]>;
  readonly #handles = new Map<string, Handle>();

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
    for (const [name, shape] of this.shapes) this.#handles.set(name, createVariable(shape));
    this.restore(tensors);
  }

  /** Zeros of the given shapes. */
  static zeros(shapes: ReadonlyMap<string, number[]>): Parameters {
    const sizeOf = (shape: number[]) => shape.reduce((product, extent) => product * extent, 1);
    return new Parameters(
      new Map([...shapes].map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }])),
    );
  }

  handle(name: string): Handle {
    return this.#handles.get(name)!;
  }

  /**
   * The present values as tensors that share the variables' memory. The caller disposes or tidies them, and before the next
   * update: a variable that someone still reads is copied when it is written.
   */
  read(): Map<string, TensorFlowTensor> {
    return new Map([...this.#handles.keys()].map((name) => [name, this.readOne(name)]));
  }

  readOne(name: string): TensorFlowTensor {
    return runForTensor('ReadVariableOp', [typeAttribute('dtype', 'float')], [this.handle(name)]);
  }

  /** The present values as plain arrays. */
  snapshot(): Map<string, Tensor> {
    const tensors = this.read();
    const snapshot = new Map<string, Tensor>();
    for (const [name, tensor] of tensors) {
      snapshot.set(name, { shape: [...tensor.shape], data: Float32Array.from(tensor.dataSync()) });
      tensor.dispose();
    }
    return snapshot;
  }

  /** Takes the values of a snapshot with the same names and shapes. */
  restore(snapshot: ReadonlyMap<string, Tensor>): void {
    const tf = tensorflow();
    for (const [name, handle] of this.#handles) {
      const { shape, data } = snapshot.get(name)!;
      tf.tidy(() =>
        run('AssignVariableOp', [typeAttribute('dtype', 'float')], [handle, tf.tensor(data, shape)]),
      );
    }
  }

  dispose(): void {
    for (const handle of this.#handles.values()) destroyVariable(handle);
    this.#handles.clear();
  }
}
