/**
 * Benchmark: measures the cost and the scores of each form of a model.
 *
 * In: model folders, sentences or labelled texts. Out: size, latency, throughput, memory and scores of every variant of a model, and
 * of the same tagger in other runtimes. May touch: model folders, to read; child processes.
 */
export { type BenchmarkRow, benchmark, europePmcCoreHours, type Variant } from './benchmark';
export { benchmarkTexts, type TextBenchmarkRow, type TextVariant } from './benchmark-texts';
export { benchmarkCsv, textBenchmarkCsv } from './csv';
export type { BenchmarkOptions, Costs, Runnable } from './measure';
export { benchPython, benchPythonInstalled, type Peer, startPeer } from './peer';
export { type OpenPeers, openPeers, openTextPeers } from './peers';
export {
  benchmarkStage,
  type Latency,
  labelOf,
  measureStage,
  type StageModel,
  type StageOptions,
  type StageRecord,
  timeCalls,
  timeInTurns,
} from './stage';
export {
  type Agreement,
  compareTextVariants,
  compareVariants,
  openTextVariant,
  openTextVariants,
  openVariant,
  openVariants,
  type VariantOptions,
} from './variants';
