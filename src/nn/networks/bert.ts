import type { ConfigurationKeys, EncoderDefinition, LayerNames } from './definition';
import { embed, transformerLayers } from './transformer';

export const BERT_KEYS = {
  hiddenSize: 'hidden_size',
  layers: 'num_hidden_layers',
  attentionHeads: 'num_attention_heads',
  intermediateSize: 'intermediate_size',
  activation: 'hidden_act',
  hiddenDropout: 'hidden_dropout_prob',
  attentionDropout: 'attention_probs_dropout_prob',
  sequenceDropout: 'classifier_dropout',
  tokenTypes: 'type_vocab_size',
  layerNormEpsilon: 'layer_norm_eps',
} satisfies ConfigurationKeys;

export const bertLayer =
  (prefix: string) =>
  (index: number): LayerNames => {
    const layer = `${prefix}.encoder.layer.${index}`;
    return {
      query: `${layer}.attention.self.query`,
      key: `${layer}.attention.self.key`,
      value: `${layer}.attention.self.value`,
      attentionOutput: `${layer}.attention.output.dense`,
      attentionNorm: `${layer}.attention.output.LayerNorm`,
      expand: `${layer}.intermediate.dense`,
      contract: `${layer}.output.dense`,
      outputNorm: `${layer}.output.LayerNorm`,
    };
  };

/** BERT: Devlin et al. 2019, arXiv:1810.04805. */
export const bert: EncoderDefinition = {
  prefix: 'bert',
  className: 'Bert',
  keys: BERT_KEYS,
  paddingId: 0,
  firstPosition: () => 0,
  layer: bertLayer('bert'),
  tokenHeadDropout: 'sequenceDropout',
  sequenceHead: {
    transform: 'bert.pooler.dense',
    activation: 'tanh',
    output: 'classifier',
    dropoutFirst: false,
  },
  vocabularyHead: {
    transform: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    bias: 'cls.predictions.bias',
  },
  encode(nn, configuration) {
    const embedded = embed(nn, bert, configuration); // [batch, length, hidden]
    return transformerLayers(nn, bert, configuration, embedded);
  },
};
