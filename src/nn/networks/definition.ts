import type { EncoderConfiguration } from './configuration';
import type { Activation, NetworkOperations } from './operations';

/** Hugging Face's names for the parts of one encoder layer. */
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

/** Head that classifies a text from its first token: a linear layer, an activation, a second linear layer. */
export interface SequenceHeadNames {
  transform: string;
  activation: Activation;
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

/** Keys of config.json; those of optional parts are missing if the architecture has no such part or a fixed value. */
export interface ConfigurationKeys {
  hiddenSize: string;
  layers: string;
  attentionHeads: string;
  intermediateSize: string;
  activation: string;
  hiddenDropout: string;
  attentionDropout: string;
  sequenceDropout?: string;
  embeddingSize?: string;
  tokenTypes?: string;
  layerNormEpsilon?: string;
}

/** An encoder: its forward pass, the names of its parts in Hugging Face's files, and its keys in config.json. */
export interface EncoderDefinition {
  /** Prefix of every encoder tensor, and the middle of its class names in Python. */
  prefix: string;
  className: string;
  keys: ConfigurationKeys;
  /** Keys of config.json that can have no other value. */
  fixed?: Readonly<Record<string, unknown>>;
  /** Padding token's id if config.json does not give it. */
  paddingId: number;
  /** Row of the position embeddings that belongs to the first token. */
  firstPosition: (paddingId: number) => number;
  layer: (index: number) => LayerNames;
  /** Name of the table of a position bias that all layers share // [buckets, heads] */
  positionBias?: string;
  /** Which dropout precedes the token classifier. */
  tokenHeadDropout: 'hiddenDropout' | 'sequenceDropout';
  sequenceHead: SequenceHeadNames;
  vocabularyHead: VocabularyHeadNames;
  /** The forward pass // -> hidden states [batch, length, hidden] */
  encode: <T>(nn: NetworkOperations<T>, configuration: EncoderConfiguration) => T;
}

/** The computation applied to the hidden states. */
export type Head =
  /** Classes of each token // logits [batch * length, labels] */
  | { kind: 'tokens'; labels: readonly string[] }
  /** Classes of the text, from its first token // logits [batch, labels] */
  | { kind: 'sequence'; labels: readonly string[] }
  /** The word at each token // logits [batch * length, vocabulary] */
  | { kind: 'vocabulary' };

/** Whether labels are mutually exclusive (softmax), or several may apply (a sigmoid each). */
export type LabelOutcome = 'one' | 'several';
