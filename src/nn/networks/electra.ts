import { BERT_KEYS, bertLayer } from './bert';
import type { EncoderDefinition } from './definition';
import { embed, transformerLayers } from './transformer';

/** ELECTRA: Clark et al. 2020, arXiv:2003.10555; BERT whose embeddings may be narrower than the hidden states. */
export const electra: EncoderDefinition = {
  prefix: 'electra',
  className: 'Electra',
  keys: { ...BERT_KEYS, embeddingSize: 'embedding_size' },
  paddingId: 0,
  firstPosition: () => 0,
  layer: bertLayer('electra'),
  tokenHeadDropout: 'sequenceDropout',
  sequenceHead: {
    transform: 'classifier.dense',
    activation: 'gelu',
    output: 'classifier.out_proj',
    dropoutFirst: true,
  },
  vocabularyHead: {
    transform: 'generator_predictions.dense',
    norm: 'generator_predictions.LayerNorm',
    bias: 'generator_lm_head.bias',
  },
  encode(nn, configuration) {
    const { embeddingSize, hiddenSize } = configuration;
    let embedded = embed(nn, electra, configuration); // [batch, length, embedding]
    if (embeddingSize !== hiddenSize)
      embedded = nn.linear(embedded, 'electra.embeddings_project', hiddenSize); // [batch, length, hidden]
    return transformerLayers(nn, electra, configuration, embedded);
  },
};
