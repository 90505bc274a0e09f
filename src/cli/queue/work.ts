import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { counted } from '../../foundation';
import { defaultModelFolder, openRoots, readAddress, serveWorkerMetrics, workOnQueue } from '../../inference';
import { positiveInteger } from '../arguments';
import { notice, printResult } from '../output';
import { workOnTrials } from '../search/remote';
import { ADDRESS, port, ROOT } from './options';

interface Options {
  queue: string;
  root?: string[];
  for: 'annotate' | 'search';
  model?: string;
  workers?: number;
  metrics?: number;
  metricsHost: string;
  json?: boolean;
}

/** Milliseconds to wait at the start for a server that does not answer yet: containers start in any order. */
const PATIENCE = 60_000;

export function registerWork(queue: Command): void {
  queue
    .command('work')
    .description('work on a queue until stopped')
    .addOption(ADDRESS)
    .addOption(ROOT)
    .addOption(
      new Option('--for <command>', 'what to work for: `annotate --queue`, or the trials of `search --queue`')
        .choices(['annotate', 'search'])
        .default('annotate'),
    )
    .option('--model <folder>', "the coordinator's model folder (default: the small model of the package)")
    .option(
      '--workers <count>',
      'shards at a time, each in a thread with its own model (default: one per core), or trials at a time (default: 1)',
      positiveInteger,
    )
    .option('--metrics <port>', 'serve figures for Prometheus on this port, on /metrics', port)
    .option('--metrics-host <address>', 'address to serve them on', '127.0.0.1')
    .option('--json', 'print the counts as JSON when stopped')
    .addHelpText(
      'after',
      `
Any number of these may run, on any number of machines, and join or leave at any time. Ctrl-C or SIGTERM hands unfinished shards
back within seconds; those of a machine that is lost go to another after 30 seconds. A machine with another version or model is
refused. User name and password are read from the address, or from FALCONFRAMES_QUEUE_USERNAME and FALCONFRAMES_QUEUE_PASSWORD.

Example:
  npx falconframes queue work --queue redis://127.0.0.1:6379 --root /data`,
    )
    .action(work);
}

async function work({ queue, root = ['.'], for: kind, ...options }: Options): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => {
    notice('Stopping; what is unfinished is handed back');
    stop.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const { signal } = stop;
  if (kind === 'search') {
    const { workers = 1 } = options;
    return workOnTrials({ ...{ queue, roots: root, workers, signal, notify: notice }, patience: PATIENCE });
  }
  const { model = defaultModelFolder(), workers = availableParallelism() } = options;
  const counts = { shards: 0, documents: 0, sentences: 0, entities: 0, damaged: 0 };
  const server = readAddress(queue);
  const roots = openRoots(root);
  const metrics =
    options.metrics === undefined
      ? undefined
      : await serveWorkerMetrics(options.metrics, options.metricsHost);
  notice(`Working on ${server.name}, ${counted(workers, 'shard')} at a time; Ctrl-C stops`);
  await workOnQueue({
    ...{ server, roots, model, threads: workers, signal, notify: notice, patience: PATIENCE },
    onFailure: () => metrics?.failure(),
    onShard(receipt, seconds) {
      const { shard, documents, sentences, entities, damaged } = receipt;
      metrics?.shard(receipt, seconds);
      counts.shards++;
      counts.documents += documents;
      counts.sentences += sentences;
      counts.entities += entities;
      counts.damaged += damaged.length;
      notice(`Shard ${shard}: ${counted(documents, 'document')} in ${seconds.toFixed(1)} s`);
    },
  });
  await metrics?.close();
  const people = `${counted(counts.shards, 'shard')}, ${counted(counts.documents, 'document')}, ${counted(counts.sentences, 'sentence')}, ${counted(counts.entities, 'entity', 'entities')}`;
  if (options.json) printResult(counts, options, () => people);
  else notice(people);
}
