import { Tensor } from 'onnxruntime-common';
import type { Batch } from '../nn';

/** Converts a padded batch to inputs of an exported graph; architectures without token types have no such input. */
export function onnxInputs(
  { size, length, inputIds, attentionMask, tokenTypes }: Batch,
  inputNames: readonly string[],
): Record<string, Tensor> {
  const int64 = (values: ArrayLike<number>) => new Tensor('int64', asInt64(values), [size, length]);
  const inputs: Record<string, Tensor> = { input_ids: int64(inputIds), attention_mask: int64(attentionMask) };
  if (inputNames.includes('token_type_ids'))
    inputs.token_type_ids = int64(tokenTypes ?? new Int32Array(size * length));
  return inputs;
}

/**
 * Converts numbers from 0 to 2^31 - 1. Writes their lower halves, which takes a third of the time of creating BigInts; the upper
 * halves stay 0.
 */
function asInt64(values: ArrayLike<number>): BigInt64Array {
  const integers = new BigInt64Array(values.length);
  const halves = new Int32Array(integers.buffer); // the lower half comes first: little-endian
  for (let index = 0; index < values.length; index++) halves[2 * index] = values[index];
  return integers;
}
