/** Shape of an encoder, with the names from BERT's config.json in camel case, spelled out. */
export interface EncoderConfiguration {
  /** `model_type` in config.json. */
  type: string;
  vocabularySize: number;
  /** Width of the embeddings: the hidden size, except in ELECTRA. */
  embeddingSize: number;
  hiddenSize: number;
  layers: number;
  attentionHeads: number;
  /** Heads pruned from a layer, by their numbers among `attentionHeads`; layers not listed have all. */
  prunedHeads?: Readonly<Record<number, readonly number[]>>;
  intermediateSize: number;
  /** Tokens in the longest window. */
  maximumPositions: number;
  /** 0 if the architecture has none. */
  tokenTypes: number;
  /** Id of the padding token; in RoBERTa, positions are counted from the number after it. */
  paddingId: number;
  layerNormEpsilon: number;
  hiddenDropout: number;
  attentionDropout: number;
  /** Dropout in the head of a sequence classifier. */
  sequenceDropout: number;
}

/** Returns the number of remaining heads of a layer. */
export const headsOfLayer = ({ attentionHeads, prunedHeads }: EncoderConfiguration, layer: number): number =>
  attentionHeads - (prunedHeads?.[layer]?.length ?? 0);
