import { existsSync } from 'node:fs';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { firstLineOf, InputError } from '../foundation';
import { type Batch, type ModelConfiguration, padBatch, readConfiguration, readLabelRows } from '../nn';
import { onlyFinite, outputNames, type TokenScorer } from '../tokenization';
import { checkOnnx, readOnnxFile } from './check/check';
import { onnxInputs } from './inputs';

/** Tokens that one call of the runtime takes: more is no faster on a CPU and needs more memory. */
const TOKENS_A_CALL = 1024;
/** ONNX Runtime writes to standard error only before it ends the process; everything else is thrown. */
const FATAL = 4;

export interface OnnxOptions {
  /** Threads of one call; the default is one a core. */
  threads?: number;
  /** What the file must match, if known. */
  expected?: ExpectedModel;
}

/** What a model folder says about its ONNX files. */
export interface ExpectedModel {
  configuration: ModelConfiguration;
  /** The column of each label's logit in the file, `O` first; undefined for our order. */
  labelRows?: readonly number[];
}

/** A scorer on an ONNX file of a model folder, whose labels may stand in any order. @param model path of the file, or its bytes */
export async function openFolderScorer(
  folder: string,
  model: string | Uint8Array,
  options: Omit<OnnxOptions, 'expected'> = {},
): Promise<TokenScorer> {
  const expected = { configuration: readConfiguration(folder), labelRows: readLabelRows(folder) };
  return openOnnxScorer(model, { ...options, expected });
}

/**
 * A scorer on an exported model, fp32 or int8, that runs in ONNX Runtime on the CPU. A window's logits do not depend on what it is
 * scored with.
 *
 * In fp32, windows of equal length share a call, and no time goes into padding. Where activations are quantized by the range that they
 * have in a call, each window has a call of its own: sharing one would save a tenth of the time on one thread and a third on two, but a text's
 * annotations would change with its neighbours.
 *
 * @param model path of a file, or the bytes of one
 */
export async function openOnnxScorer(
  model: string | Uint8Array,
  { threads = 0, expected }: OnnxOptions = {},
): Promise<TokenScorer> {
  const place = typeof model === 'string' ? model : 'the exported model';
  if (typeof model === 'string' && !existsSync(model)) {
    throw new InputError(`${model}: there is no such file; run \`falconframes compress\` on the model first`);
  }
  const bytes =
    typeof model === 'string'
      ? readOnnxFile(model, expected?.configuration)
      : Buffer.from(model.buffer, model.byteOffset, model.length);
  // Bytes were encoded by this library just now.
  if (typeof model === 'string') checkOnnx(bytes, place, expected?.configuration);
  const tokensACall = bytes.includes('DynamicQuantizeLinear') ? 0 : TOKENS_A_CALL;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: FATAL,
    });
  } catch (error) {
    throw new InputError(
      `${place}: ONNX Runtime cannot load it (${firstLineOf((error as Error).message)}); export the model again`,
    );
  }
  const labels = expected && outputNames(expected.configuration.scheme).length + 1;
  return onlyFinite(async (windows) => {
    const scores = new Array<Float32Array>(windows.length);
    const lengths = windows.map(({ inputIds }) => inputIds.length);
    for (const indices of groupsOfOneLength(lengths, tokensACall)) {
      const batch = padBatch(indices.map((index) => windows[index]));
      const logits = await run(session, batch, place);
      checkLogits(logits, batch, labels, place);
      const rows = labelLogits(logits.data as Float32Array, logits.dims[2], expected?.labelRows);
      indices.forEach((index, place) => {
        const size = rows.length / batch.size;
        scores[index] = rows.subarray(place * size, (place + 1) * size);
      });
    }
    return scores;
  }, place);
}

async function run(session: InferenceSession, batch: Batch, place: string): Promise<Tensor> {
  try {
    return (await session.run(onnxInputs(batch, session.inputNames))).logits;
  } catch (error) {
    throw new InputError(
      `${place}: ONNX Runtime cannot run it (${firstLineOf((error as Error).message)}); export the model again`,
    );
  }
}

function checkLogits(
  logits: Tensor | undefined,
  batch: Batch,
  labels: number | undefined,
  place: string,
): void {
  const fits =
    logits?.type === 'float32' &&
    logits.dims.length === 3 &&
    logits.dims[0] === batch.size &&
    logits.dims[1] === batch.length &&
    (labels === undefined ? logits.dims[2] > 0 : logits.dims[2] === labels);
  if (fits) return;
  const found = logits ? `${logits.type} [${logits.dims}]` : 'nothing';
  throw new InputError(
    `${place}: gives ${found} as "logits" where float32 [${batch.size},${batch.length},${labels ?? 'labels'}] is expected; export the model again`,
  );
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

/**
 * The logits of the labels in our order, without those of `O`, which are taken from the others: they are 0 as we save the head, but not
 * once Python has trained it further, and a softmax is the same when all logits lose one number.
 *
 * @param rows the column of each label, `O` first; in their order where it is left out
 */
export function labelLogits(
  data: Float32Array,
  columns: number,
  rows: readonly number[] = Array.from({ length: columns }, (_, row) => row),
): Float32Array {
  const [outside, ...others] = rows;
  const rest = new Float32Array((data.length / columns) * others.length);
  // Number by number: a view of each row would take ten times as long, which short sentences feel.
  let next = 0;
  for (let row = 0; row < data.length; row += columns) {
    const base = data[row + outside];
    for (let label = 0; label < others.length; label++) rest[next++] = data[row + others[label]] - base;
  }
  return rest;
}
