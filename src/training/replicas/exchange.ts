import { ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { whileWriting } from '../../foundation';
import { type DeviceTensor, download, keep, kernels, mapFile, tidy, upload } from '../../nn';
import { type Gradients, rowsOf } from '../optimizer';

/** What a replica says of the gradients it has put into its file. */
export interface Contribution {
  loss: number;
  /** False where it had nothing to compute: its file means nothing then. */
  present: boolean;
  /** Of tables: the rows that the file has of them, one after the other. All other gradients are there as a whole. */
  rows: ReadonlyMap<string, Int32Array>;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * The gradients of all replicas in files that the processes share as memory. Each replica writes its own, and has those of the
 * others mapped as tensors, so that adding up reads them where they lie. When is whose turn, messages say: all write, then all read.
 *
 * Of a table, such as that of the words, a batch touches few rows; only those are written, and added up.
 *
 * Lives as long as its process, which gives file and memory back.
 */
export class Exchange {
  readonly #file: number;
  readonly #layout: { offsets: ReadonlyMap<string, number>; size: number };
  /** What the other replicas wrote, by their numbers and the gradients' names. */
  readonly #mapped = new Map<number, ReadonlyMap<string, Region>>();

  constructor(
    readonly folder: string,
    readonly own: number,
    readonly replicas: number,
    readonly shapes: Shapes,
  ) {
    this.#layout = layOut(shapes);
    this.#file = openSync(pathOfGradients(folder, own), 'w');
    // Takes no room before it is written to.
    ftruncateSync(this.#file, this.#layout.size * Float32Array.BYTES_PER_ELEMENT);
  }

  /** Maps the files of the others, which may be unlinked from then on. */
  connect(): void {
    for (let replica = 0; replica < this.replicas; replica++) {
      if (replica !== this.own) this.#mapped.set(replica, this.#map(pathOfGradients(this.folder, replica)));
    }
  }

  #map(path: string): ReadonlyMap<string, Region> {
    return tidy(() => {
      const file = mapFile(path, this.#layout.size);
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

  /** Puts this replica's gradients into its file. */
  write(gradients: Gradients): ReadonlyMap<string, Int32Array> {
    const written = new Map<string, Int32Array>();
    for (const [name, gradient] of gradients) {
      const { rows } = gradient;
      if (rows) written.set(name, rows);
      const data = tidy(() => download(rows ? rowsOf(gradient, rows) : gradient));
      const position = this.#layout.offsets.get(name)! * Float32Array.BYTES_PER_ELEMENT;
      whileWriting(pathOfGradients(this.folder, this.own), () => writeAll(this.#file, data, position));
    }
    return written;
  }

  /**
   * The sum over all replicas, in the order of their numbers, so that each of them comes to the same floats. The caller frees it.
   *
   * @param own this replica's gradients; none where it had nothing to compute
   */
  sum(contributions: readonly Contribution[], own: Gradients | undefined): Gradients {
    const present = [...contributions.keys()].filter((replica) => contributions[replica].present);
    const sumFor = (name: string, shape: readonly number[]): DeviceTensor => {
      const parts = present.map((replica) => {
        const rows = contributions[replica].rows.get(name);
        if (replica === this.own) {
          const gradient = own!.get(name)!;
          return { rows, values: rows ? rowsOf(gradient, rows) : gradient };
        }
        const region = this.#mapped.get(replica)!.get(name)!;
        if (rows) return { rows, values: readPart(region, [rows.length, shape[1]]) };
        return { rows, values: region.whole ?? readPart(region, shape) };
      });
      // Whether a gradient is one of rows is up to the network: it is so for all replicas, or none.
      return parts[0].rows
        ? sumOfRows(parts as OfRows[], shape[0])
        : kernels.sumOf(parts.map(({ values }) => values));
    };
    return new Map([...this.shapes].map(([name, shape]) => [name, tidy(() => sumFor(name, shape))]));
  }
}

/** Some rows of a table and what is in them // values [rows.length, width] */
interface OfRows {
  rows: Int32Array;
  values: DeviceTensor;
}

/** A gradient in another's file, in the file's memory. */
interface Region {
  /** With what fills the last line of memory. */
  flat: DeviceTensor;
  /** In the gradient's shape; none where it does not fill its last line of memory, and would be a copy. */
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

export const pathOfGradients = (folder: string, replica: number) => join(folder, `gradients-${replica}`);

/** Floats in a line of memory of 64 bytes. TensorFlow's slices of anything but whole lines are copies. */
const LINE = 16;
const aligned = (floats: number) => Math.ceil(floats / LINE) * LINE;

/** Where in the file each gradient lies, in floats. */
function layOut(shapes: Shapes): { offsets: ReadonlyMap<string, number>; size: number } {
  const offsets = new Map<string, number>();
  let size = 0;
  for (const [name, shape] of shapes) {
    offsets.set(name, size);
    size += aligned(sizeOf(shape));
  }
  return { offsets, size };
}

/** Bytes that the files of gradients take at most. */
export const exchangeBytes = (shapes: Shapes, replicas: number): number =>
  replicas * layOut(shapes).size * Float32Array.BYTES_PER_ELEMENT;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

function writeAll(file: number, data: Float32Array, position: number): void {
  let rest = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  while (rest.length > 0) {
    const written = writeSync(file, rest, 0, rest.length, position);
    rest = rest.subarray(written);
    position += written;
  }
}
