import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whileWriting } from '../../foundation';
import {
  type BorrowedParameters,
  type DeviceTensor,
  fused,
  keep,
  kernels,
  tidy,
  upload,
  variables,
} from '../../nn';
import { type Gradients, rowsOf } from '../optimizer';

/** A replica's message about the gradients in its file. */
export interface Contribution {
  loss: number;
  /** False if it had nothing to compute; its file then contains no gradients. */
  present: boolean;
  /** For tables: the rows in the file, one after the other. All other gradients are complete. */
  rows: ReadonlyMap<string, Int32Array>;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Exchange of numbers between replicas, in files that the processes share as memory. Each parameter is updated by one replica. The
 * file of a replica contains the parameters that it updates, and its gradients of all others; the files of the others are mapped as
 * tensors and read in place. Messages coordinate the turns.
 *
 * A batch touches few rows of a table, such as the word embeddings; only those are written and added up.
 *
 * Lives as long as its process, whose exit frees file and memory.
 */
export class Exchange {
  /** Names of the parameters that this replica updates. */
  readonly updated: ReadonlySet<string>;
  readonly #layout: { offsets: ReadonlyMap<string, number>; size: number };
  readonly #owners: ReadonlyMap<string, number>;
  /** All files, by replica number and parameter name. */
  readonly #regions = new Map<number, ReadonlyMap<string, Region>>();

  constructor(
    readonly folder: string,
    readonly own: number,
    readonly replicas: number,
    readonly shapes: Shapes,
  ) {
    this.#owners = shareParameters(shapes, replicas);
    this.updated = new Set([...this.#owners.keys()].filter((name) => this.#owners.get(name) === own));
    this.#layout = layOut(shapes);
    const path = pathOfNumbers(folder, own);
    // Written once, so that a lack of space is noticed now, and not during a step.
    whileWriting(path, () => writeFileSync(path, new Float32Array(this.#layout.size)));
    this.#regions.set(own, this.#map(path));
  }

  /** Maps the files of the others, which may then be unlinked. */
  connect(): void {
    for (let replica = 0; replica < this.replicas; replica++) {
      if (replica !== this.own) this.#regions.set(replica, this.#map(pathOfNumbers(this.folder, replica)));
    }
  }

  #map(path: string): ReadonlyMap<string, Region> {
    return tidy(() => {
      const file = fused.share(path, this.#layout.size);
      return new Map(
        [...this.shapes].map(([name, shape]): [string, Region] => {
          const extent = aligned(sizeOf(shape));
          const flat = kernels.slice(file, [this.#layout.offsets.get(name)!], [extent]);
          const whole = extent === sizeOf(shape) ? kernels.reshape(flat, ...shape) : undefined;
          keep(flat, ...(whole ? [whole] : []));
          return [name, { flat, whole }];
        }),
      );
    });
  }

  /** Writes the parameters that this replica updates to its file. */
  writeParameters(parameters: BorrowedParameters): void {
    for (const name of this.updated) this.#write(name, () => variables.readVariable(parameters.handle(name)));
  }

  /** Sets the parameters that others update to what these have written; most stay in the others' memory. */
  readParameters(parameters: BorrowedParameters): void {
    for (const [name, owner] of this.#owners) {
      if (owner === this.own) continue;
      const region = this.#regions.get(owner)!.get(name)!;
      const shape = this.shapes.get(name)!;
      tidy(() => variables.assignVariable(parameters.handle(name), region.whole ?? readPart(region, shape)));
    }
  }

  /** Writes this replica's gradients of the parameters that others update to its file. */
  writeGradients(gradients: Gradients): ReadonlyMap<string, Int32Array> {
    const written = new Map<string, Int32Array>();
    for (const [name, gradient] of gradients) {
      if (this.updated.has(name)) continue;
      const { rows } = gradient;
      if (rows) written.set(name, rows);
      this.#write(name, () => (rows ? rowsOf(gradient, rows) : gradient));
    }
    return written;
  }

  #write(name: string, values: () => DeviceTensor): void {
    tidy(() => fused.store(values(), this.#regions.get(this.own)!.get(name)!.flat));
  }

  /**
   * Sums over all replicas the gradients of the parameters that this one updates. The caller frees them.
   *
   * @param own this replica's gradients; none if it had nothing to compute
   */
  sum(contributions: readonly Contribution[], own: Gradients | undefined): Gradients {
    const present = [...contributions.keys()].filter((replica) => contributions[replica].present);
    const sumFor = (name: string, shape: readonly number[]): DeviceTensor => {
      const parts = present.map((replica) => {
        if (replica === this.own) {
          const gradient = own!.get(name)!;
          const { rows } = gradient;
          return { rows, values: rows ? rowsOf(gradient, rows) : gradient };
        }
        const region = this.#regions.get(replica)!.get(name)!;
        const rows = contributions[replica].rows.get(name);
        if (rows) return { rows, values: readPart(region, [rows.length, shape[1]]) };
        return { rows, values: region.whole ?? readPart(region, shape) };
      });
      // Whether a gradient consists of rows depends on the network: for all replicas, or none.
      return parts[0].rows
        ? sumOfRows(parts as OfRows[], shape[0])
        : kernels.sumOf(parts.map(({ values }) => values));
    };
    return new Map([...this.updated].map((name) => [name, tidy(() => sumFor(name, this.shapes.get(name)!))]));
  }
}

/**
 * Assigns each parameter to the replica that updates it: by descending size, to the one with the least so far. Independent of the
 * order of `shapes`, which differs between a checkpoint and a network, so that sums over parameters are rounded the same way.
 */
export function shareParameters(shapes: Shapes, replicas: number): ReadonlyMap<string, number> {
  const loads = new Array<number>(replicas).fill(0);
  const bySize = [...shapes].sort(
    ([name, one], [otherName, other]) => sizeOf(other) - sizeOf(one) || (name < otherName ? -1 : 1),
  );
  return new Map(
    bySize.map(([name, shape]) => {
      const owner = loads.indexOf(Math.min(...loads));
      loads[owner] += sizeOf(shape);
      return [name, owner];
    }),
  );
}

/** Some rows of a table and their values // values [rows.length, width] */
interface OfRows {
  rows: Int32Array;
  values: DeviceTensor;
}

/** A gradient or a parameter in another replica's file, in the file's memory. */
interface Region {
  /** Including the padding of the last cache line. */
  flat: DeviceTensor;
  /** In the parameter's shape; undefined if it does not fill its last cache line, and would be a copy. */
  whole: DeviceTensor | undefined;
}

/** Reshapes the first numbers of a region. */
const readPart = ({ flat }: Region, shape: readonly number[]): DeviceTensor =>
  kernels.reshape(kernels.slice(flat, [0], [sizeOf(shape)]), ...shape);

/** Returns a table's gradient from rows of it, which may repeat // -> [height, width] */
function sumOfRows(parts: readonly OfRows[], height: number): DeviceTensor {
  const numbers = parts.flatMap(({ rows }) => [...rows]);
  const sum = kernels.scatterAdd(
    parts.length === 1 ? parts[0].values : kernels.concatenate(parts.map(({ values }) => values)),
    upload(Int32Array.from(numbers), [numbers.length]),
    height,
  );
  sum.rows = Int32Array.from(new Set(numbers));
  return sum;
}

export const pathOfNumbers = (folder: string, replica: number) => join(folder, `numbers-${replica}`);

/** Floats in a cache line of 64 bytes. TensorFlow's slices are copies unless they are whole lines. */
const LINE = 16;
const aligned = (floats: number) => Math.ceil(floats / LINE) * LINE;

/** Returns the offset of each parameter or gradient in a file, in floats. */
function layOut(shapes: Shapes): { offsets: ReadonlyMap<string, number>; size: number } {
  const offsets = new Map<string, number>();
  let size = 0;
  for (const [name, shape] of shapes) {
    offsets.set(name, size);
    size += aligned(sizeOf(shape));
  }
  return { offsets, size };
}

/** Maximum bytes of the files. */
export const exchangeBytes = (shapes: Shapes, replicas: number): number =>
  replicas * layOut(shapes).size * Float32Array.BYTES_PER_ELEMENT;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
