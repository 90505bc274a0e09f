/**
 * Queue: annotation of a corpus on many machines, with BullMQ on a Redis server.
 *
 * In: files below roots that the machines share, the address of the server. Out: a folder with a plan, shards and a manifest, which
 * alone says what is finished. May touch: that folder, the inputs (read), the server; BullMQ and its client are loaded on demand.
 *
 * shards cuts the inputs, plan and manifest record them; the coordinator queues shards and lists finished ones; a worker annotates
 * them (annotate-shard) and writes output and receipt (shard-output); merge joins them.
 */
export { drainQueue, type QueueStatus, queueStatus, retryFailed } from './administration';
export { readAddress, type Server } from './connection';
export { type FleetOptions, type FleetReport, runFleet } from './coordinator';
export { type Dashboard, serveDashboard } from './dashboard';
export { mergeShards } from './merge';
export { type AnsweringTasks, answerRemoteTasks, openRemoteTasks, type RemoteTasks } from './remote-tasks';
export { locateInRoots, openRoots, type RootedPath, resolveInRoots } from './roots';
export { modelHash, type Run, runsQuantized, SHARD_FORMATS, type ShardFormat, VERSION } from './run';
export type { Receipt } from './shard-output';
export type { Timing } from './timing';
export { type WorkOptions, workOnQueue } from './worker';
export { serveWorkerMetrics, type WorkerMetrics } from './worker-metrics';
