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

/** What a replica says of the gradients it has put into its file. */
export interface Contribution {
  loss: number;
  /** False where it had nothing to compute: its file has no gradients then. */
  present: boolean;
  /** Of tables: the rows that the file has of them, one after the other. All other gradients are there as a whole. */
  rows: ReadonlyMap<string, Int32Array>;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * What the replicas tell each other in numbers, in files that the processes share as memory. Each parameter has one replica that
 * updates it. In its file a replica has the parameters that it updates, and its gradients of all others; it has the files of the
 * others mapped as tensors, so that what they wrote is read where it lies. When is whose turn, messages say.
 *
 * Of a table, such as that of the words, a batch touches few rows; only those are written, and added up.
 *
 * Lives as long as its process, which gives file and memory back.
 */
export class Exchange {
  /** The names of the parameters that this replica updates. */
  readonly updated: ReadonlySet<string>;
  readonly #layout: { offsets: ReadonlyMap<string, number>; size: number };
  readonly #owners: ReadonlyMap<string, number>;
  /** All files, by their numbers and the parameters' names. */
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
    // Written once, so that a lack of room is noticed now, and not in the midst of a step.
    whileWriting(path, () => writeFileSync(path, new Float32Array(this.#layout.size)));
    this.#regions.set(own, this.#map(path));
  }

  /** Maps the files of the others, which may be unlinked from then on. */
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

  /** Puts the parameters that this replica updates into its file. */
  writeParameters(parameters: BorrowedParameters): void {
    for (const name of this.updated) this.#write(name, () => variables.readVariable(parameters.handle(name)));
  }

  /** Makes the parameters that others update what these have written of them; most stay in the others' memory. */
  readParameters(parameters: BorrowedParameters): void {
    for (const [name, owner] of this.#owners) {
      if (owner === this.own) continue;
      const region = this.#regions.get(owner)!.get(name)!;
      const shape = this.shapes.get(name)!;
      tidy(() => variables.assignVariable(parameters.handle(name), region.whole ?? readPart(region, shape)));
    }
  }

  /** Puts this replica's gradients of the parameters that others update into its file. */
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
   * The sums over all replicas of the gradients of the parameters that this one updates. The caller frees them.
   *
   * @param own this replica's gradients; none where it had nothing to compute
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
      // Whether a gradient is one of rows is up to the network: it is so for all replicas, or none.
      return parts[0].rows
        ? sumOfRows(parts as OfRows[], shape[0])
        : kernels.sumOf(parts.map(({ values }) => values));
    };
    return new Map([...this.updated].map((name) => [name, tidy(() => sumFor(name, this.shapes.get(name)!))]));
  }
}

/**
 * Which replica updates each parameter: by falling size, each goes to the one that has least so far. The order of `shapes` does not
 * matter, for that of a checkpoint is another than that of a network, and sums over parameters are to be rounded alike.
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

/** Some rows of a table and what is in them // values [rows.length, width] */
interface OfRows {
  rows: Int32Array;
  values: DeviceTensor;
}

/** A gradient or a parameter in another's file, in the file's memory. */
interface Region {
  /** With what fills the last line of memory. */
  flat: DeviceTensor;
  /** In the parameter's shape; none where it does not fill its last line of memory, and would be a copy. */
  whole: DeviceTensor | undefined;
}

/** The first numbers of a region in a shape. */
const readPart = ({ flat }: Region, shape: readonly number[]): DeviceTensor =>
  kernels.reshape(kernels.slice(flat, [0], [sizeOf(shape)]), ...shape);

/** A table's gradient out of rows of it, of which several may be the same // -> [height, width] */
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

/** Floats in a line of memory of 64 bytes. TensorFlow's slices of anything but whole lines are copies. */
const LINE = 16;
const aligned = (floats: number) => Math.ceil(floats / LINE) * LINE;

/** Where in a file each parameter or its gradient lies, in floats. */
function layOut(shapes: Shapes): { offsets: ReadonlyMap<string, number>; size: number } {
  const offsets = new Map<string, number>();
  let size = 0;
  for (const [name, shape] of shapes) {
    offsets.set(name, size);
    size += aligned(sizeOf(shape));
  }
  return { offsets, size };
}

/** Bytes that the files take at most. */
export const exchangeBytes = (shapes: Shapes, replicas: number): number =>
  replicas * layOut(shapes).size * Float32Array.BYTES_PER_ELEMENT;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
