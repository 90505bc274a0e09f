/** Options for quantizing matrices and tables to 8-bit integers. */
export interface Int8Choices {
  /** One scale for a whole matrix instead of one for each output (and each row of a table): a little coarser. */
  perTensor?: boolean;
  /** True leaves the tables of words and positions in floats. */
  keepEmbeddings?: boolean;
}
