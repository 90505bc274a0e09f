import { createRandom } from '../../foundation';
import { type DeviceTensor, download, free, tidy, upload } from '../device';
import { Tape } from '../tape';
import * as variables from '../variables';
import {
  add,
  attention,
  createChance,
  dropout,
  gatherRows,
  gelu,
  layerNorm,
  linear,
  linearAddNorm,
  linearGelu,
  linears,
  relativeBias,
  relu,
  tanh,
} from '.';

/** An operation on inputs of given shapes, in the size of a small batch. */
interface OperationCase {
  /** Name of the operation, as operations/index.ts exports it. */
  operation: string;
  detail?: string;
  shapes: readonly (readonly number[])[];
  build(tape: Tape, inputs: DeviceTensor[]): DeviceTensor;
}

/** Result of a case, and its gradient with respect to each input, as plain numbers. */
export interface Computed {
  name: string;
  values: Float32Array[];
}

const [BATCH, LENGTH, HEADS, WIDTH] = [8, 40, 12, 32];
const ROWS = BATCH * LENGTH;
const HIDDEN = HEADS * WIDTH;
const INNER = 4 * HIDDEN;

/** The windows of a batch have 40, 37, 34, … tokens; the rest is padding. */
const padding = (): DeviceTensor => {
  const mask = Float32Array.from({ length: ROWS }, (_, place) =>
    place % LENGTH >= LENGTH - 3 * Math.floor(place / LENGTH) ? -1e9 : 0,
  );
  return upload(mask, [BATCH, 1, 1, LENGTH]);
};

const attentionCase = (dropped: number, bias: boolean): OperationCase => ({
  operation: 'attention',
  detail: `dropout ${dropped}${bias ? ', with a bias' : ''}`,
  shapes: [[ROWS, 3 * HIDDEN], ...(bias ? [[1, HEADS, LENGTH, LENGTH]] : [])],
  build: (tape, [projected, added]) =>
    attention(tape, projected, padding(), {
      ...{ batch: BATCH, length: LENGTH, heads: HEADS, dropout: dropped },
      bias: added,
    }),
});

const addNormCase = (dropped: number): OperationCase => ({
  operation: 'linearAddNorm',
  detail: `dropout ${dropped}`,
  shapes: [[ROWS, INNER], [ROWS, HIDDEN], [HIDDEN, INNER], [HIDDEN], [HIDDEN], [HIDDEN]],
  build: (tape, [x, residual, weight, bias, gain, shift]) =>
    linearAddNorm(tape, x, residual, { weight, bias, gain, shift, epsilon: 1e-12, dropout: dropped }),
});

/** Every operation of this folder, in MiniLM's shapes. The update of AdamW, which has no gradient, is computed beside them. */
export const OPERATION_CASES: readonly OperationCase[] = [
  {
    operation: 'add',
    shapes: [
      [ROWS, HIDDEN],
      [ROWS, HIDDEN],
    ],
    build: (tape, [a, b]) => add(tape, a, b),
  },
  attentionCase(0, false),
  attentionCase(0.1, false),
  attentionCase(0.1, true),
  { operation: 'dropout', shapes: [[ROWS, HIDDEN]], build: (tape, [x]) => dropout(tape, x, 0.1) },
  {
    operation: 'gatherRows',
    shapes: [[500, HIDDEN]],
    build: (tape, [table]) =>
      gatherRows(
        tape,
        table,
        Int32Array.from({ length: ROWS }, (_, place) => (7 * place) % 90),
      ),
  },
  { operation: 'gelu', shapes: [[ROWS, INNER]], build: (tape, [x]) => gelu(tape, x) },
  {
    operation: 'layerNorm',
    shapes: [[ROWS, HIDDEN], [HIDDEN], [HIDDEN]],
    build: (tape, [x, gain, shift]) => layerNorm(tape, x, gain, shift, 1e-12),
  },
  {
    operation: 'linear',
    shapes: [[ROWS, HIDDEN], [INNER, HIDDEN], [INNER]],
    build: (tape, [x, weight, bias]) => linear(tape, x, weight, bias),
  },
  addNormCase(0),
  addNormCase(0.1),
  {
    operation: 'linearGelu',
    shapes: [[ROWS, HIDDEN], [INNER, HIDDEN], [INNER]],
    build: (tape, [x, weight, bias]) => linearGelu(tape, x, weight, bias),
  },
  {
    operation: 'linears',
    shapes: [[ROWS, HIDDEN], ...Array(3).fill([HIDDEN, HIDDEN]), ...Array(3).fill([HIDDEN])],
    build: (tape, [x, q, k, v, ...biases]) => linears(tape, x, [q, k, v], biases),
  },
  {
    operation: 'relativeBias',
    shapes: [[32, HEADS]],
    build: (tape, [table]) =>
      relativeBias(tape, table, (distance) => Math.min(31, Math.abs(distance)), LENGTH),
  },
  { operation: 'relu', shapes: [[ROWS, HIDDEN]], build: (tape, [x]) => relu(tape, x) },
  { operation: 'tanh', shapes: [[ROWS, HIDDEN]], build: (tape, [x]) => tanh(tape, x) },
];

/**
 * Computes every case with inputs that the seed determines.
 *
 * @param fused with our own kernels, for processors only, or composed of TensorFlow's operations, as on a GPU
 */
export function computeOperations(fused: boolean): Computed[] {
  const operations = OPERATION_CASES.map(({ operation, detail, shapes, build }) => {
    const random = createRandom(11);
    const values = tidy(() => {
      const inputs = shapes.map((shape) => {
        const size = shape.reduce((product, extent) => product * extent, 1);
        return upload(
          Float32Array.from({ length: size }, () => 2 * random.next() - 1),
          shape,
        );
      });
      const tape = new Tape(true, createChance(3, 8), 'float32', fused);
      const output = build(tape, inputs);
      const result = download(output);
      const direction = Float32Array.from(result, () => 2 * random.next() - 1);
      const gradients = tape.backward(output, upload(direction, output.shape));
      const numbers = [result, ...inputs.map((input) => download(gradients.get(input)!))];
      // The two gradients of a sum are one tensor.
      free(...new Set(gradients.values()));
      return numbers.map((array) => Float32Array.from(array));
    });
    return { name: detail ? `${operation}, ${detail}` : operation, values };
  });
  return [...operations, { name: 'AdamW, three steps', values: computeUpdates(fused) }];
}

/** The weights after three steps of AdamW, and its moments. */
function computeUpdates(fused: boolean): Float32Array[] {
  const random = createRandom(12);
  const draw = () => Float32Array.from({ length: ROWS }, () => 2 * random.next() - 1);
  return tidy(() => {
    const handles = [draw(), new Float32Array(ROWS), new Float32Array(ROWS)].map((values) => {
      const handle = variables.createVariable([ROWS]);
      variables.assignVariable(handle, upload(values, [ROWS]));
      return handle;
    });
    const [weights, ...moments] = handles;
    for (let step = 0; step < 3; step++) {
      const numbers = { lost: 1e-3, rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
      const gradient = upload(draw(), [ROWS]);
      variables.applyAdamW(weights, [moments[0], moments[1]], gradient, numbers, fused);
    }
    const values = handles.map((handle) => Float32Array.from(download(variables.readVariable(handle))));
    handles.forEach(variables.destroyVariable);
    return values;
  });
}

/** Largest difference of a case's numbers, in units of the largest number of the same result or gradient. */
export function largestErrors(reference: readonly Computed[], found: readonly Computed[]) {
  return reference.map(({ name, values }, place) => {
    const errors = values.map((expected, part) => {
      const other = found[place].values[part];
      let [largest, error] = [0, 0];
      expected.forEach((value, index) => {
        largest = Math.max(largest, Math.abs(value));
        const difference = Math.abs(value - other[index]);
        error = Number.isFinite(difference) ? Math.max(error, difference) : Number.POSITIVE_INFINITY;
      });
      return largest > 0 ? error / largest : error;
    });
    return { name, result: errors[0], gradients: Math.max(...errors.slice(1)) };
  });
}
