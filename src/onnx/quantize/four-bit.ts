import type { onnx } from 'onnx-proto';
import { constantTensor, contribNode, withContribDomain } from '../graph';
import { largeMatrix, rewriteNodes } from '../rewrite';
import { int8Lookup } from './dynamic';

/** Number of weights of an output that share a scale. */
const BLOCK = 32;

/**
 * Quantizes linear layers to four bits per weight, with ONNX Runtime's operator MatMulNBits, which other runtimes and ONNX Runtime
 * 1.14 (inside transformers.js 2) lack. Activations stay in floats; the tables are stored in eight bits.
 */
export function quantizeToFourBits(model: onnx.ModelProto): onnx.ModelProto {
  const rewritten = rewriteNodes(model, (node, constants) => {
    if (node.opType === 'Gather') return int8Lookup(node, constants, {});
    if (node.opType !== 'MatMul') return undefined;
    const [input, weight] = node.input!;
    const matrix = largeMatrix(constants, weight);
    if (!matrix) return undefined;
    const { rows, columns } = matrix;
    const { bytes, scales } = packBlocks(matrix.data, rows, columns);
    const names = [`${weight}/int4`, `${weight}/scales`];
    constants.set(names[0], constantTensor(names[0], [columns, Math.ceil(rows / BLOCK), BLOCK / 2], bytes));
    constants.set(names[1], constantTensor(names[1], [scales.length], scales));
    const attributes = { K: rows, N: columns, bits: 4, block_size: BLOCK };
    return [contribNode('MatMulNBits', [input, ...names], node.output!, attributes)];
  });
  return withContribDomain(rewritten);
}

/**
 * Packs weights [inputs, outputs] for MatMulNBits: output by output in blocks of BLOCK inputs, two per byte, the first in the low
 * half; value = (number - 8) * scale. The weight farthest from zero becomes number 0, which is -8 scales, so a scale may be
 * negative. The last block is padded with zeros.
 */
export function packBlocks(
  data: Float32Array,
  rows: number,
  columns: number,
): { bytes: Uint8Array; scales: Float32Array } {
  const blocks = Math.ceil(rows / BLOCK);
  const bytes = new Uint8Array((columns * blocks * BLOCK) / 2);
  const scales = new Float32Array(columns * blocks);
  for (let column = 0; column < columns; column++) {
    for (let block = 0; block < blocks; block++) {
      const place = column * blocks + block;
      const weight = (index: number) => {
        const row = block * BLOCK + index;
        return row < rows ? data[row * columns + column] : 0;
      };
      let farthest = 0;
      for (let index = 0; index < BLOCK; index++) {
        if (Math.abs(weight(index)) > Math.abs(farthest)) farthest = weight(index);
      }
      scales[place] = farthest / -8;
      const reciprocal = farthest === 0 ? 0 : Math.fround(1 / scales[place]);
      const numberOf = (index: number) =>
        Math.max(0, Math.min(15, Math.round(Math.fround(weight(index) * reciprocal) + 8)));
      for (let index = 0; index < BLOCK; index += 2) {
        bytes[(place * BLOCK + index) / 2] = numberOf(index) | (numberOf(index + 1) << 4);
      }
    }
  }
  return { bytes, scales };
}
