/**
 * Replicas: a training step shared by several processes, each with a copy of the network (data parallelism).
 *
 * TensorFlow runs our operations one by one. On a processor most of them are so small that sharing each among threads costs more
 * than it gains; several processes of few threads, each computing its part of the batch from end to end, keep the cores busy.
 *
 * In: a task that says how another process makes it (`blueprint`), batches. Out: the steps of one process, but for rounding and for
 * what chance draws. May touch: a folder of its own in memory (or among the temporary files), which goes away with the run.
 *
 * replicas.ts and replica-process.ts are this process's side, replica.ts and replica-main.ts the other's, messages.ts is what they say. deal.ts shares a batch
 * out; exchange.ts adds up the gradients and passes the parameters on. Each parameter is updated by one replica alone, which has its moments
 * (the first stage of ZeRO: Rajbhandari et al. 2020, arXiv:1910.02054), and read by all where that one wrote it.
 */
export { chooseReplicas, MOST_REPLICAS } from './choose';
export { startReplicas } from './replicas';
