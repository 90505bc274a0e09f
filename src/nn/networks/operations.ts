/** A table of embeddings. */
export interface Table {
  /** Of its only tensor, without `.weight`. */
  name: string;
  rows: number;
  width: number;
}

/** A linear layer whose result is added to a residual and normalized. */
export interface AddNorm {
  /** Names of the linear layer and the LayerNorm. */
  linear: string;
  norm: string;
  epsilon: number;
  /** Dropout of the linear layer's results. */
  dropout: number;
}

/** Self-attention of one layer. */
export interface SelfAttention<T> {
  /** Names of the linear layers. */
  query: string;
  key: string;
  value: string;
  heads: number;
  headSize: number;
  /** Dropout of the attention weights. */
  dropout: number;
  /** Added to the scaled scores, as `relativePositions` returns it. */
  bias?: T;
}

export type Activation = 'gelu' | 'tanh' | 'relu';

/**
 * The operations that networks are written in. A network is a function of them, and each implementation interprets it differently:
 * TensorFlow computes it and records it for gradients (on-tensorflow.ts), `parameterShapes` lists its parameters
 * (parameter-shapes.ts), and the ONNX room writes it as a graph (onnx/encoder-graph.ts).
 *
 * The inputs (token ids, attention mask, token types) belong to the implementation. `T` is a tensor of hidden states [batch,
 * length, width], or [batch, width] after `firstToken`. Parameters have Hugging Face's names; linear layers and norms have a
 * `.weight` and a `.bias`.
 */
export interface NetworkOperations<T> {
  /** Rows of the input's token ids // -> [batch, length, width] */
  words(table: Table): T;
  /**
   * Rows `first`, `first` + 1, … for the tokens of a window. Where `first` is not 0, tokens with the id before it, that of padding, are not
   * counted and have the row before it, wherever they stand // -> broadcasts to [batch, length, width]
   */
  positions(table: Table, first: number): T;
  /** Rows of the input's token types // -> broadcasts to [batch, length, width] */
  tokenTypes(table: Table): T;
  add(one: T, other: T): T;
  /** Ba et al. 2016, arXiv:1607.06450, over the last axis. */
  layerNorm(x: T, name: string, epsilon: number): T;
  dropout(x: T, rate: number): T;
  /** activation(x Wᵀ + b) // [..., width] -> [..., outputs] */
  linear(x: T, name: string, outputs: number, activation?: Activation): T;
  /** layerNorm(residual + dropout(x Wᵀ + b)) // x [..., inputs], residual [..., width] -> [..., width] */
  linearAddNorm(x: T, residual: T, layer: AddNorm): T;
  /** Heads of scaled dot-product attention, side by side // [batch, length, width] -> [batch, length, heads * head size] */
  attention(x: T, attention: SelfAttention<T>): T;
  /** A bias of attention scores by relative position and head (see relative-positions.ts) // table [32, heads] */
  relativePositions(table: Table): T;
  /** Part of the network, whose intermediate results may be freed afterwards. @param layer the layer of the encoder that it is, if one */
  part(compute: () => T, layer?: number): T;
  /** The first token of each window // [batch, length, width] -> [batch, width] */
  firstToken(x: T): T;
  /** Scores of all words: products with their embeddings, and a bias // [..., width] -> [..., table rows] */
  wordScores(x: T, words: Table, bias: string): T;
}
