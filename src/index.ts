/** The library, room by room, in the order in which data flows; whichever is loaded, foundation turns off telemetry first. */

export * as benchmark from './benchmark';
export * as collection from './collection';
export * as compression from './compression';
export * as corpora from './corpora';
export * as evaluation from './evaluation';
export * as foundation from './foundation';
export * as inference from './inference';
export * as literature from './literature';
export * as nn from './nn';
export * as onnx from './onnx';
export * as preprocessing from './preprocessing';
export * as tasks from './tasks';
export * as tokenization from './tokenization';
export * as training from './training';
export * as visualization from './visualization';
