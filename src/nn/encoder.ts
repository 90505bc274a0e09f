import { ARCHITECTURES } from './architectures';
import type { Batch } from './batch';
import { type DeviceTensor, upload } from './device';
import { type EncoderConfiguration, headsOfLayer } from './encoder-configuration';
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
} from './operations';
import type { Tape } from './tape';

/** Parameters as tensors, by Hugging Face's name. */
export type Weights = ReadonlyMap<string, DeviceTensor>;

/**
 * Called with each layer's intermediate results as they are computed: `projected`, query, key and value side by side [batch *
 * length, 3 * heads * head size]; `hidden`, the layer's result [batch * length, hidden]. A recording tape owns both until its end;
 * otherwise they are freed when the layer is done, unless the observer keeps them.
 */
export type LayerObserver = (layer: number, part: 'projected' | 'hidden', value: DeviceTensor) => void;

/** Added to the attention scores of padding: low enough for a softmax weight of zero. */
const MASKED_SCORE = -1e9;

/**
 * Transformer encoder of the BERT family, post-norm as published (see architectures.ts for the papers). -> hidden states [batch *
 * length, hidden]
 */
export function encode(
  tape: Tape,
  weights: Weights,
  configuration: EncoderConfiguration,
  batch: Batch,
  observe?: LayerObserver,
): DeviceTensor {
  const mask = upload(
    batch.attentionMask.map((present) => (1 - present) * MASKED_SCORE),
    [batch.size, 1, 1, batch.length],
  );
  let hidden = tape.part(() => embed(tape, weights, configuration, batch)); // [batch * length, hidden]
  for (let index = 0; index < configuration.layers; index++) {
    const input = hidden;
    hidden = tape.part(() => encoderLayer(tape, weights, configuration, index, input, mask, batch, observe));
    observe?.(index, 'hidden', hidden);
  }
  return hidden;
}

/** Word + position + token type embeddings, normalized // -> [batch * length, hidden] */
function embed(
  tape: Tape,
  weights: Weights,
  { type, embeddingSize, hiddenSize, tokenTypes, layerNormEpsilon, hiddenDropout }: EncoderConfiguration,
  { size, length, inputIds, tokenTypes: typeIds }: Batch,
): DeviceTensor {
  const { prefix } = ARCHITECTURES[type];
  const table = (name: string) => weights.get(`${prefix}.embeddings.${name}.weight`)!;
  const rows = (name: string, ids: Int32Array) => gatherRows(tape, table(name), ids);

  const positions = Int32Array.from(inputIds, (_, index) => index % length);
  let sum = add(tape, rows('word_embeddings', inputIds), rows('position_embeddings', positions));
  if (tokenTypes > 0) {
    sum = add(tape, sum, rows('token_type_embeddings', typeIds ?? new Int32Array(size * length)));
  }
  const normalized = layerNorm(
    tape,
    sum,
    table('LayerNorm'),
    weights.get(`${prefix}.embeddings.LayerNorm.bias`)!,
    layerNormEpsilon,
  );
  const embedded = dropout(tape, normalized, hiddenDropout);
  return embeddingSize === hiddenSize
    ? embedded
    : applyLinear(tape, weights, `${prefix}.embeddings_project`, embedded);
}

/** Self-attention, then two linear layers per token; each adds to its input and is normalized. */
function encoderLayer(
  tape: Tape,
  weights: Weights,
  configuration: EncoderConfiguration,
  index: number,
  hidden: DeviceTensor,
  mask: DeviceTensor,
  { size, length }: Batch,
  observe?: LayerObserver,
): DeviceTensor {
  const { attentionDropout, hiddenDropout, layerNormEpsilon } = configuration;
  const { layer, attentionOutputDropout } = ARCHITECTURES[configuration.type];
  const names = layer(index);
  const addAndNormalize = (
    linear: string,
    norm: string,
    x: DeviceTensor,
    residual: DeviceTensor,
    rate: number,
  ) =>
    linearAddNorm(tape, x, residual, {
      weight: weights.get(`${linear}.weight`)!,
      bias: weights.get(`${linear}.bias`)!,
      gain: weights.get(`${norm}.weight`)!,
      shift: weights.get(`${norm}.bias`)!,
      epsilon: layerNormEpsilon,
      dropout: rate,
    });

  const projections = [names.query, names.key, names.value];
  const projected = linears(
    tape,
    hidden,
    projections.map((name) => weights.get(`${name}.weight`)!),
    projections.map((name) => weights.get(`${name}.bias`)!),
  ); // [batch * length, 3 * heads * head size]
  observe?.(index, 'projected', projected);
  const context = attention(tape, projected, mask, {
    batch: size,
    length,
    heads: headsOfLayer(configuration, index),
    dropout: attentionDropout,
  });
  const attended = addAndNormalize(
    names.attentionOutput,
    names.attentionNorm,
    context,
    hidden,
    attentionOutputDropout ? hiddenDropout : 0,
  );
  const expanded = linearGelu(
    tape,
    attended,
    weights.get(`${names.expand}.weight`)!,
    weights.get(`${names.expand}.bias`)!,
  ); // [batch * length, intermediate]
  return addAndNormalize(names.contract, names.outputNorm, expanded, attended, hiddenDropout);
}

export function applyLinear(tape: Tape, weights: Weights, name: string, x: DeviceTensor): DeviceTensor {
  return linear(tape, x, weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!);
}
