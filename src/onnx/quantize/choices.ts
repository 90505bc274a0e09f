/** Options for quantizing matrices and tables to 8-bit integers. */
export interface Int8Choices {
  /** One scale for a whole matrix instead of one per output (or per row of a table): slightly coarser. */
  perTensor?: boolean;
  /** True keeps the tables of words and positions in floats. */
  keepEmbeddings?: boolean;
  /** Parts of names, such as `.layer.0.`: the matrices and tables that have one in theirs stay in floats. */
  keep?: readonly string[];
}
