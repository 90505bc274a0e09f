import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Example } from '../nn/tiny-bert';

/** Help for tests: logits of an ONNX file, path or bytes, for the example's inputs // [batch * length * labels] */
export async function runOnnx(model: string | Uint8Array, example: Example): Promise<Float32Array> {
  const session = await InferenceSession.create(model as string, { intraOpNumThreads: 1 });
  const shape = [example.input_ids.length, example.input_ids[0].length];
  const int64 = (rows: number[][]) => new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), shape);
  const { logits } = await session.run({
    input_ids: int64(example.input_ids),
    attention_mask: int64(example.attention_mask),
    token_type_ids: int64(example.token_type_ids),
  });
  return logits.data as Float32Array;
}
