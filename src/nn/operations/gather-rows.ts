import { type DeviceTensor, upload } from '../device';
import { gather, scatterAdd } from '../kernels';
import type { Tape } from '../tape';

/**
 * Selects rows of a table by index; each gradient flows back to its row, and is summed if a row was selected twice. table [rows,
 * width], numbers [count] -> [count, width]
 */
export function gatherRows(tape: Tape, table: DeviceTensor, numbers: Int32Array): DeviceTensor {
  return tape.apply([table], () => {
    const indices = upload(numbers, [numbers.length]);
    return {
      output: gather(table, indices),
      saved: [indices],
      backward: (dy) => {
        const gradient = scatterAdd(dy, indices, table.shape[0], tape.fused);
        gradient.rows = Int32Array.from(new Set(numbers));
        return [gradient];
      },
    };
  });
}
