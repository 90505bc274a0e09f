import type { DeviceTensor } from '../device';
import { gather, scatterAdd } from '../kernels';
import type { Tape } from '../tape';

/**
 * Rows of a table by their numbers; the gradient of each goes back to its row, and adds up where a row was taken twice.
 * table [rows, width], indices int32 [count] -> [count, width]
 */
export function gatherRows(tape: Tape, table: DeviceTensor, indices: DeviceTensor): DeviceTensor {
  return tape.apply([table], () => ({
    output: gather(table, indices),
    backward: (dy) => [scatterAdd(dy, indices, table.shape[0])],
  }));
}
