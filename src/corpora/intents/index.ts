/**
 * Intents: queries to an assistant labelled with what the user wants, CLINC150 with its out-of-scope queries.
 *
 * In: a folder with the two files as published, or nothing. Out: labelled queries in three parts. May touch: the given folder, the mirror,
 * the cache, the sample (reads); the network, to download CLINC150.
 */
export { type Intents, loadIntents } from './load';
export { INTENT_DOMAINS, INTENTS, type Intent, OUT_OF_SCOPE } from './names';
