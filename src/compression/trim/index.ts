/**
 * Trimming: removes the tokens that a domain does not use from a model.
 *
 * In: a model folder, texts of the domain, held-out texts. Out: a model folder with fewer embeddings and a matching tokenizer,
 * `trim.json` with the cost. May touch: that folder.
 */
export { type TokenizationAccount, type TrimOptions, type TrimReport, trimVocabulary } from './trim';
