/**
 * Trimming: a model without the tokens that its domain does not use.
 *
 * In: a model folder, texts of the domain, texts held out. Out: a model folder with fewer embeddings and a tokenizer that goes
 * with them, `trim.json` with what it costs. May touch: that folder.
 */
export { type TokenizationAccount, type TrimOptions, type TrimReport, trimVocabulary } from './trim';
