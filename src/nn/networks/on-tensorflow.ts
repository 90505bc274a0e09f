import type { Batch } from '../batch';
import { type DeviceTensor, upload } from '../device';
import {
  add,
  attention,
  dropout,
  gatherRows,
  layerNorm,
  linear,
  linearAddNorm,
  linearGelu,
  linears,
  relativeBias,
  relu,
  tanh,
} from '../operations';
import type { Tape } from '../tape';
import type { NetworkOperations } from './operations';
import { relativeBucket } from './relative-positions';

/** Parameters as tensors, by Hugging Face's name. */
export type Weights = ReadonlyMap<string, DeviceTensor>;

/**
 * Called with each layer's intermediate results as they are computed: `projected`, query, key and value side by side [batch *
 * length, 3 * heads * head size]; `hidden`, the layer's result [batch * length, hidden]. A recording tape owns both until its end;
 * otherwise they are freed when the layer is done, unless the observer keeps them.
 */
export type LayerObserver = (layer: number, part: 'projected' | 'hidden', value: DeviceTensor) => void;

/**
 * Called in each layer with its input [batch * length, hidden] and its attention weights before dropout [batch, heads, length,
 * length]. Both are owned as those of a `LayerObserver`.
 */
export type AttentionObserver = (layer: number, input: DeviceTensor, weights: DeviceTensor) => void;

/** Added to the attention scores of padding: low enough for a softmax weight of zero. */
const MASKED_SCORE = -1e9;

/**
 * Computes a network on a batch with TensorFlow, recorded on the tape. Tokens of all windows are rows of one matrix: states are
 * [batch * length, width].
 */
export function onTensorFlow(
  tape: Tape,
  weights: Weights,
  batch: Batch,
  observe?: LayerObserver,
  observeAttention?: AttentionObserver,
): NetworkOperations<DeviceTensor> {
  const { size, length, inputIds, attentionMask, tokenTypes } = batch;
  const get = (name: string) => weights.get(name)!;
  const parameters = (name: string): [DeviceTensor, DeviceTensor] => [
    get(`${name}.weight`),
    get(`${name}.bias`),
  ];
  const rows = (table: string, ids: Int32Array) => gatherRows(tape, get(`${table}.weight`), ids);
  const mask = upload(
    attentionMask.map((present) => (1 - present) * MASKED_SCORE),
    [size, 1, 1, length],
  );
  let current: number | undefined;

  return {
    words: ({ name }) => rows(name, inputIds),
    positions: ({ name }, first) => rows(name, positionsOf(batch, first)),
    tokenTypes: ({ name }) => rows(name, tokenTypes ?? new Int32Array(size * length)),
    add: (one, other) => add(tape, one, other),
    layerNorm: (x, name, epsilon) => layerNorm(tape, x, ...parameters(name), epsilon),
    dropout: (x, rate) => dropout(tape, x, rate),
    linear(x, name, _, activation) {
      if (activation === 'gelu') return linearGelu(tape, x, ...parameters(name));
      const result = linear(tape, x, ...parameters(name));
      if (activation === undefined) return result;
      return activation === 'tanh' ? tanh(tape, result) : relu(tape, result);
    },
    linearAddNorm(x, residual, { linear: name, norm, epsilon, dropout: rate }) {
      const [[weight, bias], [gain, shift]] = [parameters(name), parameters(norm)];
      return linearAddNorm(tape, x, residual, { weight, bias, gain, shift, epsilon, dropout: rate });
    },
    attention(x, { query, key, value, heads, dropout: rate, bias }) {
      const projections = [query, key, value].map(parameters);
      const projected = linears(
        tape,
        x,
        projections.map(([weight]) => weight),
        projections.map(([, shift]) => shift),
      ); // [batch * length, 3 * heads * head size]
      const layer = current;
      if (layer !== undefined) observe?.(layer, 'projected', projected);
      return attention(tape, projected, mask, {
        ...{ batch: size, length, heads, dropout: rate, bias },
        observe: layer === undefined ? undefined : (weights) => observeAttention?.(layer, x, weights),
      });
    },
    relativePositions: ({ name }) => relativeBias(tape, get(`${name}.weight`), relativeBucket, length),
    part(compute, layer) {
      current = layer;
      const result = tape.part(compute);
      if (layer !== undefined) observe?.(layer, 'hidden', result);
      return result;
    },
    firstToken: (x) =>
      gatherRows(
        tape,
        x,
        Int32Array.from({ length: size }, (_, row) => row * length),
      ),
    wordScores: (x, { name }, bias) => linear(tape, x, get(`${name}.weight`), get(bias)),
  };
}

/** Position of each token, as `positions` of operations.ts counts them // [batch * length] */
function positionsOf({ length, inputIds }: Batch, first: number): Int32Array {
  const padding = first - 1; // no token's id if positions begin at 0
  let next = first;
  return inputIds.map((id, index) => {
    if (index % length === 0) next = first;
    return id === padding ? padding : next++;
  });
}
