/** The library, room by room, in the order in which data flows; whichever is loaded, foundation turns off telemetry first. */

export * as collection from './collection';
export * as compression from './compression';
export * as corpora from './corpora';
export * as evaluation from './evaluation';
export * as foundation from './foundation';
export * as inference from './inference';
export * as nn from './nn';
export * as preprocessing from './preprocessing';
export * as reproduction from './reproduction';
export * as tokenization from './tokenization';
export * as training from './training';
export * as visualization from './visualization';
