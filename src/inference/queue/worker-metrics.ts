import { optionalPackage } from '../../foundation';
import { listen } from './dashboard';
import type { Receipt } from './shard-output';

/** What a worker counts, for Prometheus. */
export interface WorkerMetrics {
  shard(receipt: Receipt, seconds: number): void;
  failure(): void;
  /** Address of the figures. */
  url: string;
  close(): Promise<void>;
}

/** Buckets of the time of a shard, in seconds. */
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300];

/**
 * Serves the figures of this process on `/metrics`: shards, documents, sentences, mentions, unusable documents, failures, the time of a
 * shard, and the memory and processor time of the process.
 *
 * @throws InputError if prom-client is not installed
 */
export async function serveWorkerMetrics(port: number, host: string): Promise<WorkerMetrics> {
  const { Registry, Counter, Histogram, collectDefaultMetrics } = optionalPackage<
    typeof import('prom-client')
  >('prom-client', '--metrics');
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string) =>
    new Counter({ name: `falconframes_${name}_total`, help, registers });
  const counters = {
    documents: counter('documents', 'Documents annotated'),
    sentences: counter('sentences', 'Sentences annotated'),
    entities: counter('entities', 'Mentions found'),
  };
  const damaged = counter('damaged_documents', 'Documents that could not be used');
  const failures = counter('failures', 'Attempts at a shard that failed');
  const time = new Histogram({
    ...{ name: 'falconframes_shard_seconds', help: 'Time to annotate a shard', registers },
    buckets: SECONDS,
  });
  const web = await listen(host, port, (_, response) => {
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  return {
    shard(receipt, seconds) {
      for (const name of ['documents', 'sentences', 'entities'] as const) counters[name].inc(receipt[name]);
      damaged.inc(receipt.damaged.length);
      time.observe(seconds);
    },
    failure: () => failures.inc(),
    url: `http://${host}:${(web.address() as { port: number }).port}/metrics`,
    async close() {
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
    },
  };
}
