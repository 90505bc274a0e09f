import { type DeviceTensor, download, tidy, upload } from './device';
import { countNumbers } from './networks';
import { sizeOf, type Tensor } from './stored-tensor';
import {
  assignVariable,
  createVariable,
  destroyVariable,
  readVariable,
  type VariableHandle,
} from './variables';

/** Parameters whose memory is owned elsewhere. */
export type BorrowedParameters = Omit<Parameters, 'dispose'>;

/**
 * Named arrays in TensorFlow's memory as resource variables, so that one operation updates each in place (`handle`). Owns that
 * memory until `dispose()`.
 */
export class Parameters {
  readonly shapes: ReadonlyMap<string, number[]>;
  readonly #handles = new Map<string, VariableHandle>();

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
    for (const [name, shape] of this.shapes) this.#handles.set(name, createVariable(shape));
    this.restore(tensors);
  }

  /** Zeros of the given shapes. */
  static zeros(shapes: ReadonlyMap<string, number[]>): Parameters {
    return new Parameters(
      new Map([...shapes].map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }])),
    );
  }

  /** Total number of values. */
  get count(): number {
    return countNumbers(this.shapes);
  }

  /** Returns a subset that shares this object's memory. */
  only(names: ReadonlySet<string>): BorrowedParameters {
    const shapes = new Map([...this.shapes].filter(([name]) => names.has(name)));
    const some = new Parameters(new Map());
    for (const name of shapes.keys()) some.#handles.set(name, this.handle(name));
    return Object.assign(some, { shapes });
  }

  handle(name: string): VariableHandle {
    return this.#handles.get(name)!;
  }

  /**
   * Returns the current values as tensors that share the variables' memory. The caller must free or tidy them before the next
   * update: a variable that is still being read is copied when it is written.
   */
  read(): Map<string, DeviceTensor> {
    return new Map([...this.#handles].map(([name, handle]) => [name, readVariable(handle)]));
  }

  /** Returns the current values as plain arrays. */
  snapshot(): Map<string, Tensor> {
    const snapshot = new Map<string, Tensor>();
    for (const [name, handle] of this.#handles) {
      const data = tidy(() => download(readVariable(handle)));
      snapshot.set(name, { shape: [...this.shapes.get(name)!], data });
    }
    return snapshot;
  }

  /** Restores a snapshot with the same names and shapes. */
  restore(snapshot: ReadonlyMap<string, Tensor>): void {
    for (const [name, handle] of this.#handles) {
      const { shape, data } = snapshot.get(name)!;
      // A copy: the variable may take over the array's memory and write to it.
      tidy(() => assignVariable(handle, upload(data.slice(), shape)));
    }
  }

  dispose(): void {
    for (const handle of this.#handles.values()) destroyVariable(handle);
    this.#handles.clear();
  }
}
