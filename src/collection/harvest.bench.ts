/**
 * `npm run bench -- harvest [--json]`: how fully a harvest uses Europe PMC's limits (10 requests per second, 500 per
 * minute), and what it loses if the service fails. Takes about four minutes; nothing leaves the machine.
 *
 * A server with Europe PMC's interface runs in a separate thread on the loopback interface and answers after 300 to 1,500 ms
 * with copies of the sample's articles under other ids; it records the arrival time of each request. The client is that of
 * `falconframes collect`, with its settings. Healthy: 520 articles, 585 requests. Faulty: 900 articles, where every fifth
 * response is a fault (503, 429, reset, truncation, HTML with status 200, stall); the stored files are compared byte for byte
 * with those from a healthy server. The share of the budget is the rate between first and last request.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createRandom, projectRoot } from '../foundation';
import { type CollectionOptions, collectArticles } from './collect';
import { countingListener, faultyListener, mostWithin } from './faulty-server.fixture';
import { listen } from './local-server';
import { PUBLISHED_LIMITS } from './pace';
import { HARDLY_LIMITED } from './source';
import { TYPES } from './types.fixture';

interface ServerSettings {
  latency: boolean;
  faults: boolean;
}

const FIRST = 70_000_001;
const SAMPLES = 21;

/** Article 70000001 is the sample's first article under that id, and so on, cyclically. */
function copies(): RequestListener {
  const sample = (kind: string, ending: string) =>
    Array.from({ length: SAMPLES }, (_, index) =>
      readFileSync(join(projectRoot, 'data', 'sample', kind, `PMC${90_000_001 + index}.${ending}`), 'utf8'),
    );
  const texts = sample('articles', 'xml');
  const annotations = sample('annotations', 'json');
  const copy = (of: readonly string[], number: number) =>
    of[(number - FIRST) % SAMPLES].replaceAll(/900000\d\d/g, String(number));
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, pmcid] = /\/PMC(\d+)\/fullTextXML$/.exec(pathname) ?? [];
    if (pmcid) response.end(copy(texts, Number(pmcid)));
    else {
      const ids = searchParams.get('articleIds')?.match(/\d+/g) ?? [];
      response.end(JSON.stringify(ids.flatMap((id) => JSON.parse(copy(annotations, Number(id))))));
    }
  };
}

async function serve({ latency, faults }: ServerSettings): Promise<void> {
  const { next } = createRandom(3);
  const right = copies();
  const maybeFaulty = faults
    ? faultyListener(right, {
        share: 0.2,
        seed: 4,
        faults: ['unavailable', 'too many', 'reset', 'truncated', 'html', 'stall'],
      })
    : right;
  const { listener, arrivals } = countingListener((request, response) => {
    setTimeout(() => maybeFaulty(request, response), latency ? 300 + 1_200 * next() : 0);
  });
  const { url } = await listen(listener);
  parentPort?.postMessage(url);
  parentPort?.on('message', () => parentPort?.postMessage(arrivals));
}

/** Collects a number of articles from a server with these settings. */
async function harvest(articles: number, settings: ServerSettings, options: Partial<CollectionOptions> = {}) {
  const out = mkdtempSync(join(tmpdir(), 'harvest-'));
  const server = new Worker(__filename, { workerData: settings });
  const answer = <T>() => new Promise<T>((resolve) => server.once('message', resolve));
  try {
    const baseUrl = await answer<string>();
    const ids = Array.from({ length: articles }, (_, index) => `PMC${FIRST + index}`);
    const report = await collectArticles({
      types: TYPES,
      ...options,
      source: 'europepmc',
      ids,
      out,
      baseUrl,
    });
    server.postMessage('arrivals');
    const arrivals = await answer<number[]>();
    const seconds = (arrivals.at(-1)! - arrivals[0]) / 1000;
    const perMinute = ((arrivals.length - 1) / seconds) * 60;
    const files = readdirSync(join(out, 'articles')).map((name) => [
      name,
      readFileSync(join(out, 'articles', name), 'utf8'),
    ]);
    return {
      files: new Map(files as [string, string][]),
      figures: {
        articles,
        requests: arrivals.length,
        seconds: rounded(seconds),
        share_of_budget: rounded(perMinute / PUBLISHED_LIMITS.sustained.requests, 3),
        most_in_one_second: mostWithin(arrivals, 1_000),
        most_in_sixty_seconds: mostWithin(arrivals, 60_000),
        stored: report.stored,
        lost: Object.keys(report.missing).length,
      },
    };
  } finally {
    await server.terminate();
    rmSync(out, { recursive: true });
  }
}

function rounded(number: number, digits = 1): number {
  return Number(number.toFixed(digits));
}

async function main(): Promise<void> {
  const healthy = await harvest(520, { latency: true, faults: false });
  const reference = await harvest(900, { latency: false, faults: false }, { limits: HARDLY_LIMITED });
  const faulty = await harvest(900, { latency: true, faults: true });
  const differing = [...reference.files].filter(([name, content]) => faulty.files.get(name) !== content);
  const report = {
    healthy: healthy.figures,
    faulty: { ...faulty.figures, differing: differing.length },
  };
  if (process.argv.includes('--json')) console.log(JSON.stringify(report, null, 2));
  else console.table(report);
}

if (isMainThread) main();
else serve(workerData as ServerSettings);
