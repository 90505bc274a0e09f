/**
 * Benchmark: what each form of a model costs and how right it is.
 *
 * In: model folders, sentences. Out: size, latency, throughput, memory and F1 of every way to run a model, and of the same model in other
 * runtimes. May touch: model folders, to read; child processes.
 */
export {
  type BenchmarkOptions,
  type BenchmarkRow,
  benchmark,
  europePmcCoreHours,
  type Variant,
} from './benchmark';
export { benchmarkCsv } from './csv';
export { benchPython, benchPythonInstalled, type Peer, startPeer } from './peer';
export { openPeers } from './peers';
export { type Agreement, compareVariants, openVariant, openVariants, type VariantOptions } from './variants';
