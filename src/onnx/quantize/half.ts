import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { operatorNode } from '../graph';
import { largeMatrix, rewriteNodes } from '../rewrite';

/**
 * Stores matrices as 16-bit floats, cast to 32 bits where they are used: half the size on disk. Runtimes apply the casts once,
 * while loading, so speed and memory are those of 32 bits.
 *
 * Throws InputError if a weight exceeds 65,504, the largest half.
 */
export function storeHalves(model: onnx.ModelProto, source: string): onnx.ModelProto {
  return rewriteNodes(model, (node, constants) => {
    const nodes: onnx.INodeProto[] = [];
    const input = node.input!.map((name) => {
      const cast = `${name}/float`;
      const half = `${name}/half`;
      if (constants.has(half)) return cast;
      const matrix = largeMatrix(constants, name);
      if (!matrix) return name;
      const { data, rows, columns } = matrix;
      const bits = toHalves(data);
      if (bits.some((value) => (value & 0x7c00) === 0x7c00)) {
        throw new InputError(
          `${source}: "${name}" has weights that 16-bit floats cannot represent; choose another kind of quantization`,
        );
      }
      constants.set(half, {
        name: half,
        dims: [rows, columns],
        dataType: onnx.TensorProto.DataType.FLOAT16,
        rawData: new Uint8Array(bits.buffer),
      });
      nodes.push(operatorNode('Cast', [half], [cast], { to: onnx.TensorProto.DataType.FLOAT }));
      return cast;
    });
    return nodes.length > 0 || input.some((name, index) => name !== node.input![index])
      ? [...nodes, { ...node, input }]
      : undefined;
  });
}

/** Converts to the nearest 16-bit floats (IEEE 754 binary16), ties to even, as bits; too large values become infinity. */
export function toHalves(data: Float32Array): Uint16Array {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return Uint16Array.from(words, toHalf);
}

function toHalf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const shifted = exponent - 127 + 15;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) {
    // A half below the smallest normal one: the fraction, with an explicit leading 1, in steps of 2^-24.
    if (shifted < -10) return sign;
    return sign | roundedShift(fraction | 0x800000, 14 - shifted);
  }
  // Rounding up may carry into the exponent, correctly: the next power of two, or infinity.
  return sign | roundedShift((shifted << 23) | fraction, 13);
}

/** value / 2^bits, rounded to the nearest integer, ties to even. */
function roundedShift(value: number, bits: number): number {
  const whole = value >>> bits;
  const rest = value & ((1 << bits) - 1);
  const tie = 1 << (bits - 1);
  return rest > tie || (rest === tie && whole & 1) ? whole + 1 : whole;
}
