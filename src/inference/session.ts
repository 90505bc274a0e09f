import { existsSync, readFileSync } from 'node:fs';
import { InferenceSession } from 'onnxruntime-node';
import { onnxInputs } from '../compression';
import { InputError } from '../foundation';
import { padBatch } from '../nn';
import type { TokenScorer } from '../tokenization';

/** Tokens that one call of the runtime takes: more is no faster on a CPU and needs more memory. */
const TOKENS_A_CALL = 1024;

/**
 * A scorer on an exported model, fp32 or int8, that runs in ONNX Runtime on the CPU. A window's logits do not depend on what it is
 * scored with.
 *
 * In fp32, windows of equal length share a call, and no time goes into padding. Where activations are quantized by the range that they
 * have in a call, each window has a call of its own: sharing one would save a tenth of the time on one thread and a third on two, but a text's
 * annotations would change with its neighbours.
 *
 * @param model path of a file, or the bytes of one
 * @param threads of one call; the default is one a core
 */
export async function openOnnxScorer(
  model: string | Uint8Array,
  { threads = 0 }: { threads?: number } = {},
): Promise<TokenScorer> {
  const place = typeof model === 'string' ? model : 'the exported model';
  if (typeof model === 'string' && !existsSync(model)) {
    throw new InputError(`${model}: there is no such file; run \`falconframes compress\` on the model first`);
  }
  const bytes =
    typeof model === 'string'
      ? readFileSync(model)
      : Buffer.from(model.buffer, model.byteOffset, model.length);
  const tokensACall = bytes.includes('DynamicQuantizeLinear') ? 0 : TOKENS_A_CALL;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  } catch (error) {
    throw new InputError(
      `${place}: ONNX Runtime cannot load it (${(error as Error).message}); export the model again`,
    );
  }
  return async (windows) => {
    const scores = new Array<Float32Array>(windows.length);
    const lengths = windows.map(({ inputIds }) => inputIds.length);
    for (const indices of groupsOfOneLength(lengths, tokensACall)) {
      const batch = padBatch(indices.map((index) => windows[index]));
      const { logits } = await session.run(onnxInputs(batch, session.inputNames));
      const rows = withoutFirstColumn(logits.data as Float32Array, logits.dims[2]);
      indices.forEach((index, place) => {
        const size = rows.length / batch.size;
        scores[index] = rows.subarray(place * size, (place + 1) * size);
      });
    }
    return scores;
  };
}

/** Indices of windows in groups of one length with at most so many tokens, or of one window. */
function groupsOfOneLength(lengths: readonly number[], mostTokens: number): number[][] {
  const groups: number[][] = [];
  const open = new Map<number, number[]>();
  lengths.forEach((length, index) => {
    let group = open.get(length);
    if (!group || (group.length + 1) * length > mostTokens) {
      group = [];
      open.set(length, group);
      groups.push(group);
    }
    group.push(index);
  });
  return groups;
}

/** The logits without those of `O`, which stands first and is 0 everywhere. */
export function withoutFirstColumn(data: Float32Array, columns: number): Float32Array {
  const rest = new Float32Array((data.length / columns) * (columns - 1));
  // Number by number: a view of each row would take ten times as long, which short sentences feel.
  let next = 0;
  for (let index = 0; index < data.length; index++) if (index % columns !== 0) rest[next++] = data[index];
  return rest;
}
