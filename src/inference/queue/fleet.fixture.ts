import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tarOf } from '../../corpora/tar.fixture';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { exportToOnnx, quantizeFolder } from '../../onnx';
import { listInputs, openSources, processCorpus } from '../corpus';
import { readAddress } from './connection';
import { type FleetReport, runFleet } from './coordinator';
import type { CoordinatorSettings } from './fleet-coordinator.fixture';
import type { WorkerSettings } from './fleet-worker.fixture';
import { openQueue } from './jobs';
import { mergeShards } from './merge';
import { openRoots } from './roots';
import { modelHash, type Run, VERSION } from './run';
import type { Timing } from './timing';

/** Short, so that tests see locks expire. */
export const SHORT: Timing = { lock: 1_000, poll: 50, pause: 100, attempts: 5 };

/** A folder with inputs and a model, and what one machine makes of them. */
export interface Fleet {
  root: string;
  model: string;
  inputs: string;
  run: Run;
  /** Output of one machine. */
  expected: string;
}

/** References are read but not annotated: articles that fill a batch although they are quick. */
const article = (id: string, text: string) =>
  `<article><front><article-meta><article-id pub-id-type="pmcid">${id}</article-id></article-meta></front><body><p>${text}</p></body><back><ref-list>${'<ref><mixed-citation>A. B. C</mixed-citation></ref>'.repeat(600)}</ref-list></back></article>`;

/** Writes inputs of every kind: texts, JSONL, archives, and some that cannot be used. */
export function writeInputs(folder: string, articles = 60): void {
  mkdirSync(join(folder, 'texts'), { recursive: true });
  const text = (index: number) =>
    `${'T cells and liver grew in the dish. '.repeat(2 + (index % 5))}End ${index} of human HeLa cells. `;
  for (let index = 0; index < 20; index++) writeFileSync(join(folder, 'texts', `${index}.txt`), text(index));
  writeFileSync(join(folder, 'texts', 'not-utf8.txt'), Buffer.from([0x61, 0xff]));
  writeFileSync(join(folder, 'texts', 'broken.xml'), '<article><p>');
  const lines = Array.from({ length: 100 }, (_, index) =>
    index === 77 ? '{"id":' : JSON.stringify({ id: `d${index}`, text: text(index) }),
  );
  writeFileSync(join(folder, 'documents.jsonl'), lines.join('\n'));
  const set = Array.from({ length: articles }, (_, index) =>
    article(`PMC${index + 1}`, text(index).repeat(3)),
  );
  writeFileSync(join(folder, 'set.xml.gz'), gzipSync(`<articles>${set.join('\n')}</articles>`));
  const members = Object.fromEntries(set.slice(0, 10).map((xml, index) => [`oa/PMC${index}.nxml`, xml]));
  writeFileSync(join(folder, 'package.tar.gz'), gzipSync(tarOf(members)));
}

/** Prepares a model and inputs, once for all tests of a file. */
export async function prepareFleet(settings: Partial<Run> = {}, articles?: number): Promise<Fleet> {
  const root = mkdtempSync(join(tmpdir(), 'falconframes-fleet-'));
  const model = join(root, 'model');
  cpSync(tinyBertFolder, model, { recursive: true });
  exportToOnnx(model);
  quantizeFolder(model);
  const inputs = join(root, 'inputs');
  writeInputs(inputs, articles);
  const quantized = settings.quantized ?? true;
  const run: Run = {
    ...{ version: VERSION, model: modelHash(model, quantized), quantized, offsets: 'utf16' },
    ...{ format: 'jsonl', shardSize: 2, ...settings },
  };
  return { root, model, inputs, run, expected: await onOneMachine(inputs, model, run) };
}

async function onOneMachine(
  inputs: string,
  model: string,
  { quantized, offsets, view }: Run,
): Promise<string> {
  const sources = openSources(listInputs([inputs]).files);
  const work = { kind: 'annotate' as const, offsets, view };
  let lines = '';
  for await (const batch of processCorpus(sources, { model, quantized, work, workers: 2 }))
    lines += batch.lines;
  return lines;
}

/** Coordinates in this process. */
export function coordinate(
  { root, inputs, run }: Fleet,
  url: string,
  name = 'run',
  more: { signal?: AbortSignal; mostQueued?: number; timing?: Timing; notify?(message: string): void } = {},
): Promise<FleetReport> {
  const { files } = listInputs([inputs]);
  const server = readAddress(url);
  const out = join(root, name);
  return runFleet({ server, roots: openRoots([root]), files, out, run, timing: SHORT, ...more });
}

/** A process of a fleet. */
export interface Member {
  child: ChildProcess;
  /** What it has written on standard output and error. */
  said(): string;
  /** Sends a signal and waits for the end. Returns the status, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export function startWorker({ root, model }: Fleet, url: string, timing = SHORT, threads = 1): Member {
  return startMember('worker', { url, root, model, threads, timing } satisfies WorkerSettings);
}

export function startCoordinator({ root, inputs, run }: Fleet, url: string, name = 'run'): Member {
  const out = join(root, name);
  return startMember('coordinator', {
    ...{ url, root, inputs: [inputs], out, run, timing: SHORT },
  } satisfies CoordinatorSettings);
}

function startMember(kind: string, settings: object): Member {
  const program = join(__dirname, `fleet-${kind}.fixture.js`);
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    child,
    said: () => said,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      const [status, killedBy] = await ended;
      return status ?? killedBy!;
    },
  };
}

/** Merged output of a run. */
export async function merged({ root, run }: Fleet, name = 'run'): Promise<string> {
  const out = join(root, `${name}.${run.format}`);
  await mergeShards(join(root, name), out);
  return readFileSync(out, 'utf8');
}

/** Waits until something holds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > 1000 * seconds) throw new Error(`after ${seconds} s still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Looks at a queue while a test runs. */
export async function watchQueue(t: TestContext, url: string) {
  const open = await openQueue(readAddress(url));
  t.after(() => open.close());
  return {
    queue: open.queue,
    isActive: async () => (await open.queue.getActiveCount()) > 0,
  };
}
