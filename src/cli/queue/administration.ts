import type { Command } from 'commander';
import { counted } from '../../foundation';
import { drainQueue, type QueueStatus, queueStatus, readAddress, retryFailed } from '../../inference';
import { printResult } from '../output';
import { ADDRESS } from './options';

interface Options {
  queue: string;
  json?: boolean;
}

export function registerStatus(queue: Command): void {
  command(queue, 'status', 'show what is queued, who works on it and what failed').action(
    async (options: Options) => {
      const status = await queueStatus(readAddress(options.queue));
      printResult(status, options, () => describe(status));
    },
  );
}

export function registerRetry(queue: Command): void {
  command(queue, 'retry', 'try failed shards again, when the cause is mended').action(
    async (options: Options) => {
      const retried = await retryFailed(readAddress(options.queue));
      printResult({ retried }, options, () => `${counted(retried, 'shard')} queued again.`);
    },
  );
}

export function registerDrain(queue: Command): void {
  command(
    queue,
    'drain',
    'empty the queue; finished shards stay in the folder of the run, and the same `annotate --queue` continues it',
  ).action(async (options: Options) => {
    const removed = await drainQueue(readAddress(options.queue));
    printResult({ removed }, options, () => `${counted(removed, 'shard')} removed from the queue.`);
  });
}

function command(queue: Command, name: string, description: string): Command {
  return queue
    .command(name)
    .description(description)
    .addOption(ADDRESS)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  npx falconframes queue ${name} --queue redis://127.0.0.1:6379`);
}

function describe({ run, workers, failures, ...counts }: QueueStatus): string {
  const { waiting, active, delayed, finished, failed } = counts;
  return [
    run
      ? `Run in ${run.folder}, started ${run.started}, version ${run.version}, model ${run.model.slice(0, 12)}…`
      : 'No run.',
    `Shards: ${waiting} waiting, ${active} being annotated, ${delayed} waiting for another attempt, ${finished} finished and not listed yet, ${failed} failed.`,
    `${counted(workers.length, 'worker')}${workers.length > 0 ? `: ${workers.join(', ')}` : ''}.`,
    ...failures.map(({ shard, reason }) => `Shard ${shard} failed: ${reason}`),
  ].join('\n');
}
