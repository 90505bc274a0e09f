import { BERT_KEYS, bertLayer } from './bert';
import type { EncoderDefinition } from './definition';
import { embed, transformerLayers } from './transformer';

export const ROBERTA_HEADS = {
  sequenceHead: {
    transform: 'classifier.dense',
    activation: 'tanh',
    output: 'classifier.out_proj',
    dropoutFirst: true,
  },
  vocabularyHead: { transform: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias' },
} as const;

/** RoBERTa: Liu et al. 2019, arXiv:1907.11692; BERT whose positions begin after the padding token's id, with other heads. */
export const roberta: EncoderDefinition = {
  prefix: 'roberta',
  className: 'Roberta',
  keys: BERT_KEYS,
  paddingId: 1,
  firstPosition: (paddingId) => paddingId + 1,
  layer: bertLayer('roberta'),
  tokenHeadDropout: 'sequenceDropout',
  ...ROBERTA_HEADS,
  encode(nn, configuration) {
    const embedded = embed(nn, roberta, configuration); // [batch, length, hidden]
    return transformerLayers(nn, roberta, configuration, embedded);
  },
};
