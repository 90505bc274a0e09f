/** Options for quantizing matrices and tables to 8-bit integers. */
export interface Int8Choices {
  /** One scale for a whole matrix instead of one per output (or per row of a table): slightly coarser. */
  perTensor?: boolean;
  /** True keeps the tables of words and positions in floats. */
  keepEmbeddings?: boolean;
}
