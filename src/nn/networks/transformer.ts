import { type EncoderConfiguration, headsOfLayer } from './configuration';
import type { EncoderDefinition, LayerNames } from './definition';
import type { NetworkOperations, Table } from './operations';

/** The parts that the encoders of the BERT family share: post-norm transformers as published (Vaswani et al. 2017). */

/** One of the tables `word_embeddings`, `position_embeddings` and `token_type_embeddings`. */
export const embeddingTable = (
  prefix: string,
  kind: 'word' | 'position' | 'token_type',
  rows: number,
  { embeddingSize }: EncoderConfiguration,
): Table => ({ name: `${prefix}.embeddings.${kind}_embeddings`, rows, width: embeddingSize });

/** Word + position (+ token type) embeddings, normalized // -> [batch, length, embedding] */
export function embed<T>(
  nn: NetworkOperations<T>,
  { prefix, firstPosition: firstOf }: EncoderDefinition,
  configuration: EncoderConfiguration,
): T {
  const firstPosition = firstOf(configuration.paddingId);
  const { vocabularySize, maximumPositions, tokenTypes, layerNormEpsilon, hiddenDropout } = configuration;
  const table = (kind: 'word' | 'position' | 'token_type', rows: number) =>
    embeddingTable(prefix, kind, rows, configuration);
  return nn.part(() => {
    let sum = nn.words(table('word', vocabularySize)); // [batch, length, embedding]
    sum = nn.add(sum, nn.positions(table('position', maximumPositions + firstPosition), firstPosition));
    if (tokenTypes > 0) sum = nn.add(sum, nn.tokenTypes(table('token_type', tokenTypes)));
    return nn.dropout(nn.layerNorm(sum, `${prefix}.embeddings.LayerNorm`, layerNormEpsilon), hiddenDropout);
  });
}

interface LayerOptions<T> {
  /** Whether dropout follows the attention's output layer; as in BERT if omitted. */
  attentionOutputDropout?: boolean;
  /** Added to the attention scores. */
  bias?: T;
}

/** The layers of the encoder, one after another // [batch, length, hidden] */
export function transformerLayers<T>(
  nn: NetworkOperations<T>,
  { layer }: EncoderDefinition,
  configuration: EncoderConfiguration,
  embedded: T,
  options?: LayerOptions<T>,
): T {
  let hidden = embedded;
  for (let index = 0; index < configuration.layers; index++)
    hidden = transformerLayer(nn, configuration, index, layer(index), hidden, options);
  return hidden;
}

/** Self-attention, then two linear layers per token; each adds to its input and is normalized // [batch, length, hidden] */
function transformerLayer<T>(
  nn: NetworkOperations<T>,
  configuration: EncoderConfiguration,
  index: number,
  names: LayerNames,
  hidden: T,
  { attentionOutputDropout = true, bias }: LayerOptions<T> = {},
): T {
  const { hiddenSize, attentionHeads, intermediateSize, layerNormEpsilon: epsilon } = configuration;
  const { hiddenDropout, attentionDropout } = configuration;
  return nn.part(() => {
    const context = nn.attention(hidden, {
      query: names.query,
      key: names.key,
      value: names.value,
      heads: headsOfLayer(configuration, index),
      headSize: hiddenSize / attentionHeads,
      dropout: attentionDropout,
      bias,
    }); // [batch, length, heads * head size]
    const attended = nn.linearAddNorm(context, hidden, {
      linear: names.attentionOutput,
      norm: names.attentionNorm,
      epsilon,
      dropout: attentionOutputDropout ? hiddenDropout : 0,
    });
    const expanded = nn.linear(attended, names.expand, intermediateSize, 'gelu'); // [batch, length, intermediate]
    return nn.linearAddNorm(expanded, attended, {
      linear: names.contract,
      norm: names.outputNorm,
      epsilon,
      dropout: hiddenDropout,
    });
  }, index);
}
