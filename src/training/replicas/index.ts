/**
 * Replicas: a training step shared by several processes, each with a copy of the network (data parallelism).
 *
 * TensorFlow runs our operations one at a time. On a CPU most of them are so small that dividing each among threads costs more than
 * it gains; several processes with few threads, each computing its part of the batch from end to end, keep the cores busy.
 *
 * In: a task that can be rebuilt in another process (`blueprint`), batches. Out: the same steps as one process, except for rounding
 * and random numbers. May touch: a folder in memory (or a temporary one), which is removed with the run.
 *
 * replicas.ts and replica-process.ts are the parent's side, replica.ts and replica-main.ts the replica's, messages.ts the protocol.
 * deal.ts splits a batch; exchange.ts adds up the gradients and distributes the parameters. Each parameter is updated by one
 * replica, which keeps its moments (the first stage of ZeRO: Rajbhandari et al. 2020, arXiv:1910.02054), and read by all others in
 * place.
 */
export { chooseReplicas, MOST_REPLICAS } from './choose';
export { startReplicas } from './replicas';
