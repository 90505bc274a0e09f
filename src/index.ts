/** The library, room by room, in the order in which data flows. */
export * as foundation from './foundation';
export * as collection from './collection';
export * as corpora from './corpora';
export * as preprocessing from './preprocessing';
export * as tokenization from './tokenization';
export * as nn from './nn';
export * as training from './training';
export * as evaluation from './evaluation';
export * as compression from './compression';
export * as inference from './inference';
export * as visualization from './visualization';
