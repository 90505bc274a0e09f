import type { Tensor } from 'onnxruntime-common';
import { firstLineOf, InputError } from '../foundation';
import { type Batch, type EncoderConfiguration, padBatch } from '../nn';
import { onlyFinite, type TokenScorer } from '../tokenization';
import { onnxInputs } from './inputs';

/** Maximum tokens per call of the runtime: more is no faster on a CPU and needs more memory. */
const TOKENS_A_CALL = 1024;

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

/** What is used of a session of ONNX Runtime, in Node or in a browser. */
export interface Session {
  readonly inputNames: readonly string[];
  run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor | undefined>>;
  release(): Promise<void>;
}

export interface SessionOptions {
  /** Starts error messages. */
  place: string;
  expected?: ExpectedModel;
  /** Whether windows of equal length share a call; see `mayShareCalls`. */
  sharesCalls: boolean;
}

/**
 * Returns whether windows may share a call. If activations are quantized by their range in a call, each window has a separate call:
 * sharing one would save a tenth of the time on one thread and a third on two, but a text's annotations would change with its
 * neighbours.
 */
export const mayShareCalls = (model: Buffer): boolean => !model.includes('DynamicQuantizeLinear');

/** Wraps a session as a scorer of windows. Windows that share a call have equal length, so no time is spent on padding. */
export function sessionScorer(
  session: Session,
  { place, expected, sharesCalls }: SessionOptions,
): OnnxScorer {
  const score = onlyFinite(async (windows) => {
    const scores = new Array<Float32Array>(windows.length);
    const lengths = windows.map(({ inputIds }) => inputIds.length);
    for (const indices of groupsOfOneLength(lengths, sharesCalls ? TOKENS_A_CALL : 0)) {
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

async function run(session: Session, batch: Batch, place: string): Promise<Tensor | undefined> {
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
): asserts logits is Tensor {
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
