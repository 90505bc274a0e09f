import { InferenceSession } from 'onnxruntime-node';
// Turns off the telemetry of ONNX Runtime.
import '../foundation';
import type { Batch } from '../nn';
import type { Example } from '../nn/tiny-bert.fixture';
import { onnxInputs } from './inputs';

/** Logits of an ONNX file, path or bytes, for the example's inputs // [batch * length * labels] */
export function runOnnx(model: string | Uint8Array, example: Example): Promise<Float32Array> {
  return runOnnxBatch(model, {
    size: example.input_ids.length,
    length: example.input_ids[0].length,
    inputIds: Int32Array.from(example.input_ids.flat()),
    attentionMask: Float32Array.from(example.attention_mask.flat()),
    tokenTypes: Int32Array.from(example.token_type_ids.flat()),
  });
}

/** -> logits, flat */
export async function runOnnxBatch(model: string | Uint8Array, batch: Batch): Promise<Float32Array> {
  const session = await InferenceSession.create(model as string, { intraOpNumThreads: 1 });
  const { logits } = await session.run(onnxInputs(batch, session.inputNames));
  return logits.data as Float32Array;
}
