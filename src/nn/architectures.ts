/** Supported encoders, by the `model_type` in config.json. */
export type EncoderType = 'bert' | 'distilbert' | 'electra';

export const isEncoderType = (type: unknown): type is EncoderType =>
  typeof type === 'string' && Object.hasOwn(ARCHITECTURES, type);

/** Hugging Face's names for the parts of one encoder layer. Linear layers and norms have a `.weight` and a `.bias`. */
export interface LayerNames {
  query: string;
  key: string;
  value: string;
  attentionOutput: string;
  attentionNorm: string;
  expand: string;
  contract: string;
  outputNorm: string;
}

/** Head that classifies a sentence from its first token: a linear layer, an activation, a second linear layer. */
export interface SequenceHeadNames {
  transform: string;
  activation: 'tanh' | 'relu' | 'gelu';
  output: string;
  /** Whether dropout is also applied before the first layer. */
  dropoutFirst: boolean;
}

/** Head that scores all words from a hidden state: transform, GELU, norm, then the word embeddings and a bias. */
export interface VocabularyHeadNames {
  transform: string;
  norm: string;
  bias: string;
}

/**
 * Differences between the encoders: parameter names and optional parts. They share the computation (encoder.ts, heads.ts).
 *
 * BERT: Devlin et al. 2019, arXiv:1810.04805. DistilBERT: Sanh et al. 2019, arXiv:1910.01108; no token types. ELECTRA: Clark et al.
 * 2020, arXiv:2003.10555; embeddings may be narrower than the hidden states, a linear layer widens them.
 */
export interface Architecture {
  /** Prefix of every encoder tensor, and the middle of its class names in Python. */
  prefix: string;
  className: string;
  layer: (index: number) => LayerNames;
  /** Whether dropout follows the attention's output layer (Devlin et al. 2019); not in DistilBERT. */
  attentionOutputDropout: boolean;
  /** Which dropout precedes the token classifier. */
  tokenHeadDropout: 'hiddenDropout' | 'sequenceDropout';
  sequenceHead: SequenceHeadNames;
  vocabularyHead: VocabularyHeadNames;
  /** Keys of config.json. A number if the architecture has no key for it. */
  keys: {
    hiddenSize: string;
    layers: string;
    attentionHeads: string;
    intermediateSize: string;
    activation: string;
    hiddenDropout: string;
    attentionDropout: string;
    sequenceDropout: string;
    embeddingSize?: string;
    tokenTypes?: string;
    layerNormEpsilon?: string;
  };
}

const bertLayer =
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

const BERT_KEYS = {
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
};

export const ARCHITECTURES: Record<EncoderType, Architecture> = {
  bert: {
    prefix: 'bert',
    className: 'Bert',
    layer: bertLayer('bert'),
    attentionOutputDropout: true,
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
    keys: BERT_KEYS,
  },
  distilbert: {
    prefix: 'distilbert',
    className: 'DistilBert',
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
    attentionOutputDropout: false,
    tokenHeadDropout: 'hiddenDropout',
    sequenceHead: {
      transform: 'pre_classifier',
      activation: 'relu',
      output: 'classifier',
      dropoutFirst: false,
    },
    vocabularyHead: { transform: 'vocab_transform', norm: 'vocab_layer_norm', bias: 'vocab_projector.bias' },
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
  },
  electra: {
    prefix: 'electra',
    className: 'Electra',
    layer: bertLayer('electra'),
    attentionOutputDropout: true,
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
    keys: { ...BERT_KEYS, embeddingSize: 'embedding_size' },
  },
};
