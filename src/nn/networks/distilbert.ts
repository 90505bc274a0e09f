import type { EncoderDefinition } from './definition';
import { embed, transformerLayers } from './transformer';

/** DistilBERT: Sanh et al. 2019, arXiv:1910.01108; BERT without token types and pooler. */
export const distilbert: EncoderDefinition = {
  prefix: 'distilbert',
  className: 'DistilBert',
  keys: {
    hiddenSize: 'dim',
    layers: 'n_layers',
    attentionHeads: 'n_heads',
    intermediateSize: 'hidden_dim',
    activation: 'activation',
    hiddenDropout: 'dropout',
    attentionDropout: 'attention_dropout',
    sequenceDropout: 'seq_classif_dropout',
  },
  paddingId: 0,
  firstPosition: () => 0,
  layer: (index) => {
    const layer = `distilbert.transformer.layer.${index}`;
    return {
      query: `${layer}.attention.q_lin`,
      key: `${layer}.attention.k_lin`,
      value: `${layer}.attention.v_lin`,
      attentionOutput: `${layer}.attention.out_lin`,
      attentionNorm: `${layer}.sa_layer_norm`,
      expand: `${layer}.ffn.lin1`,
      contract: `${layer}.ffn.lin2`,
      outputNorm: `${layer}.output_layer_norm`,
    };
  },
  tokenHeadDropout: 'hiddenDropout',
  sequenceHead: {
    transform: 'pre_classifier',
    activation: 'relu',
    output: 'classifier',
    dropoutFirst: false,
  },
  vocabularyHead: { transform: 'vocab_transform', norm: 'vocab_layer_norm', bias: 'vocab_projector.bias' },
  encode(nn, configuration) {
    const embedded = embed(nn, distilbert, configuration); // [batch, length, hidden]
    return transformerLayers(nn, distilbert, configuration, embedded, { attentionOutputDropout: false });
  },
};
