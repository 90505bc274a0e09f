import { existsSync } from 'node:fs';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { firstLineOf, InputError } from '../foundation';
import {
  type Batch,
  type EncoderConfiguration,
  padBatch,
  readClassifierConfiguration,
  readConfiguration,
  readLabelRows,
  readTask,
  savedLabels,
} from '../nn';
import { onlyFinite, type TokenScorer } from '../tokenization';
import { checkOnnx, readOnnxFile } from './check/check';
import { onnxInputs } from './inputs';

/** Maximum tokens per call of the runtime: more is no faster on a CPU and needs more memory. */
const TOKENS_A_CALL = 1024;
/** ONNX Runtime writes to standard error only before it aborts the process; everything else is thrown. */
const FATAL = 4;

export interface OnnxOptions {
  /** Threads per call; the default is one per core. */
  threads?: number;
  /** Properties that the file must match, if known. */
  expected?: ExpectedModel;
}

/** A model folder's description of its ONNX files. */
export interface ExpectedModel {
  encoder: EncoderConfiguration;
  maximumLength: number;
  /** Whether logits are per token or for the whole text. */
  rows: 'tokens' | 'text';
  /** Names of the logits, in our order. */
  names: readonly string[];
  /** Column of each name in the file; undefined for our order. */
  labelRows?: readonly number[];
  /** Whether the first name is an `O` whose logit is subtracted from the others and removed. */
  lessOutside: boolean;
}

/** Scores windows until it is disposed of, which frees the session's memory. */
export interface OnnxScorer {
  score: TokenScorer;
  dispose(): Promise<void>;
}

/** Returns the properties that the ONNX files of a model folder must match. */
export function expectedOf(folder: string): ExpectedModel {
  if (readTask(folder) === 'classification') {
    const { encoder, maximumLength, labels } = readClassifierConfiguration(folder);
    return { encoder, maximumLength, rows: 'text', names: labels, lessOutside: false };
  }
  const configuration = readConfiguration(folder);
  return {
    encoder: configuration.encoder,
    maximumLength: configuration.maximumLength,
    rows: 'tokens',
    names: savedLabels(configuration),
    labelRows: readLabelRows(folder),
    lessOutside: configuration.scheme !== 'exclusive',
  };
}

/**
 * Opens a scorer for an ONNX file of a model folder, whose labels may be in any order. @param model path of the file, or its bytes
 */
export async function openFolderScorer(
  folder: string,
  model: string | Uint8Array,
  options: Omit<OnnxOptions, 'expected'> = {},
): Promise<OnnxScorer> {
  return openOnnxScorer(model, { ...options, expected: expectedOf(folder) });
}

/**
 * Opens a scorer for an exported model, fp32 or int8, that runs in ONNX Runtime on the CPU. A window's logits do not depend on the
 * others scored with it.
 *
 * In fp32, windows of equal length share a call, and no time is spent on padding. If activations are quantized by their range in a
 * call, each window has a separate call: sharing one would save a tenth of the time on one thread and a third on two, but a text's
 * annotations would change with its neighbours.
 *
 * @param model path of a file, or the bytes of one
 */
export async function openOnnxScorer(
  model: string | Uint8Array,
  { threads = 0, expected }: OnnxOptions = {},
): Promise<OnnxScorer> {
  const place = typeof model === 'string' ? model : 'the exported model';
  if (typeof model === 'string' && !existsSync(model)) {
    throw new InputError(`${model}: there is no such file; run \`falconframes compress\` on the model first`);
  }
  const bytes =
    typeof model === 'string'
      ? readOnnxFile(model, expected)
      : Buffer.from(model.buffer, model.byteOffset, model.length);
  // Bytes were encoded by this library just now.
  if (typeof model === 'string') checkOnnx(bytes, place, expected);
  const tokensACall = bytes.includes('DynamicQuantizeLinear') ? 0 : TOKENS_A_CALL;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: FATAL,
    });
  } catch (error) {
    throw new InputError(
      `${place}: ONNX Runtime cannot load it (${firstLineOf((error as Error).message)}); export the model again`,
    );
  }
  const score = onlyFinite(async (windows) => {
    const scores = new Array<Float32Array>(windows.length);
    const lengths = windows.map(({ inputIds }) => inputIds.length);
    for (const indices of groupsOfOneLength(lengths, tokensACall)) {
      const batch = padBatch(indices.map((index) => windows[index]));
      const logits = await run(session, batch, place);
      checkLogits(logits, batch, expected, place);
      const columns = logits.dims[logits.dims.length - 1];
      const rows = labelLogits(logits.data as Float32Array, columns, expected);
      indices.forEach((index, place) => {
        const size = rows.length / batch.size;
        scores[index] = rows.subarray(place * size, (place + 1) * size);
      });
    }
    return scores;
  }, place);
  return { score, dispose: () => session.release() };
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
  expected: ExpectedModel | undefined,
  place: string,
): void {
  const names = expected?.names.length;
  const rows = expected?.rows === 'text' ? [batch.size] : [batch.size, batch.length];
  const fits =
    logits?.type === 'float32' &&
    logits.dims.length === rows.length + 1 &&
    rows.every((extent, axis) => logits.dims[axis] === extent) &&
    (names === undefined || logits.dims[rows.length] === names);
  if (fits) return;
  const found = logits ? `${logits.type} [${logits.dims}]` : 'nothing';
  throw new InputError(
    `${place}: gives ${found} as "logits" where float32 [${rows},${names ?? 'labels'}] is expected${names === undefined ? '' : ` ("id2label" in config.json names ${names} labels)`}; export the model again`,
  );
}

/** Groups windows of equal length with at most so many tokens in total, or one window; returns their indices. */
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
 * Returns logits in our order. If labels may overlap, without those of `O`, which are subtracted from the others: they are 0 as we
 * save the head, but not if Python has trained it further, and a softmax does not change when a number is subtracted from all
 * logits.
 */
export function labelLogits(
  data: Float32Array,
  columns: number,
  { labelRows, lessOutside }: Pick<ExpectedModel, 'labelRows' | 'lessOutside'> = { lessOutside: true },
): Float32Array {
  if (!lessOutside && !labelRows) return data;
  const rows = labelRows ?? Array.from({ length: columns }, (_, row) => row);
  const outside = rows[0];
  const others = lessOutside ? rows.slice(1) : rows;
  const rest = new Float32Array((data.length / columns) * others.length);
  // Number by number: a view of each row would take ten times as long, noticeably for short sentences.
  let next = 0;
  for (let row = 0; row < data.length; row += columns) {
    const base = lessOutside ? data[row + outside] : 0;
    for (let label = 0; label < others.length; label++) rest[next++] = data[row + others[label]] - base;
  }
  return rest;
}
