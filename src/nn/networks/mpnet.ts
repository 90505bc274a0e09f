import { BERT_KEYS } from './bert';
import type { EncoderDefinition } from './definition';
import { RELATIVE_BUCKETS } from './relative-positions';
import { ROBERTA_HEADS } from './roberta';
import { embed, transformerLayers } from './transformer';

const { tokenTypes: _, sequenceDropout: __, ...keys } = BERT_KEYS;

/**
 * MPNet: Song et al. 2020, arXiv:2004.09297. BERT without token types; every layer adds the same bias by relative position to its
 * attention scores, and positions begin at 2.
 */
export const mpnet: EncoderDefinition = {
  prefix: 'mpnet',
  className: 'MPNet',
  keys,
  fixed: { relative_attention_num_buckets: RELATIVE_BUCKETS },
  paddingId: 1,
  firstPosition: () => 2,
  layer: (index) => {
    const layer = `mpnet.encoder.layer.${index}`;
    return {
      query: `${layer}.attention.attn.q`,
      key: `${layer}.attention.attn.k`,
      value: `${layer}.attention.attn.v`,
      attentionOutput: `${layer}.attention.attn.o`,
      attentionNorm: `${layer}.attention.LayerNorm`,
      expand: `${layer}.intermediate.dense`,
      contract: `${layer}.output.dense`,
      outputNorm: `${layer}.output.LayerNorm`,
    };
  },
  tokenHeadDropout: 'hiddenDropout',
  ...ROBERTA_HEADS,
  positionBias: 'mpnet.encoder.relative_attention_bias',
  encode(nn, configuration) {
    const embedded = embed(nn, mpnet, configuration); // [batch, length, hidden]
    const bias = nn.relativePositions({
      name: mpnet.positionBias!,
      rows: RELATIVE_BUCKETS,
      width: configuration.attentionHeads,
    });
    return transformerLayers(nn, mpnet, configuration, embedded, { bias });
  },
};
