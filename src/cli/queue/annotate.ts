/** The part of `annotate` that shares the work with other machines; not a command itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { collectArticles, manifestPath, readManifest } from '../../collection';
import { counted, formatDuration, InputError, showProgress } from '../../foundation';
import {
  type InputFile,
  listInputs,
  modelHash,
  NOTHING_DONE,
  type OffsetUnit,
  openRoots,
  readAddress,
  runFleet,
  runsQuantized,
  SHARD_FORMATS,
  type ShardFormat,
  Skipped,
  VERSION,
} from '../../inference';
import { ENTITY_CLASSES } from '../../literature/views';
import { positiveInteger } from '../arguments';
import { corpusProgress } from '../corpus-progress';
import { notice, printResult, unusable } from '../output';

export interface FleetCommandOptions {
  queue?: string;
  root?: string[];
  shards: ShardFormat;
  shardSize: number;
  query?: string;
  limit: number;
}

export const QUEUE = new Option(
  '--queue <url>',
  'share the work with every machine that runs `falconframes queue work`: address of a Redis server, redis://host:6379 or rediss://… for TLS',
);
export const SHARDS = new Option('--shards <format>', 'with --queue: format of the output')
  .choices(SHARD_FORMATS)
  .default('jsonl');
export const SHARD_SIZE = new Option(
  '--shard-size <documents>',
  'with --queue: documents after which a shard ends; long ones end it earlier',
)
  .argParser(positiveInteger)
  .default(2_000);

export const QUERY = new Option(
  '--query <query>',
  'with --queue: also annotate the open-access articles that Europe PMC finds; they are collected in a folder beside --out',
);
export const LIMIT = new Option('--limit <number>', 'maximum number of articles from --query')
  .argParser(positiveInteger)
  .default(100);

export const MORE_MACHINES = `
With --queue, --out is a folder: shards of the output, a manifest of the finished ones, and dead-letters.jsonl with what could not
be used. \`falconframes queue merge\` makes one file of it. The same command continues a stopped run.`;

interface Options extends FleetCommandOptions {
  queue: string;
  model: string;
  offsets: OffsetUnit;
  view?: string;
  precision?: 'int8' | 'fp32';
  workers?: number;
  out?: string;
  json?: boolean;
}

/** Coordinates the annotation of the paths by the workers of a queue. */
export async function annotateOnQueue(paths: readonly string[], options: Options): Promise<void> {
  const { queue, out, model, offsets, view, precision, shards: format, shardSize } = options;
  if (out === undefined) throw new InputError('--queue needs --out, a folder for the shards of the output');
  if (options.workers !== undefined)
    throw new InputError('--workers is said to `queue work`: with --queue this command only coordinates');
  if (paths.length === 0 && options.query === undefined)
    throw new InputError(
      '--queue needs files, folders or --query; other machines cannot read standard input',
    );
  const server = readAddress(queue);
  const roots = openRoots(options.root ?? ['.']);
  const quantized = runsQuantized(model, precision);
  const run = {
    version: VERSION,
    model: modelHash(model, quantized),
    quantized,
    offsets,
    view,
    format,
    shardSize,
  };
  const found = options.query === undefined ? [] : [await collected(options.query, options.limit, out)];
  const { files, skipped } = listInputs([...paths, ...found]);
  for (const sentence of skipped.sentences()) notice(sentence);
  const inArchives = new Skipped();
  const start = performance.now();
  const progress = corpusProgress(NOTHING_DONE, bytesOf(files), 'documents');
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const { finished, shards, totals, failed } = await runFleet({
      ...{ server, roots, files, out, run, skipped: inArchives, signal: stop.signal },
      notify: (message) => progress.tell(message),
      progress: (now) => progress.update(now),
    });
    progress.end();
    for (const sentence of inArchives.sentences()) notice(sentence);
    const { documents, sentences, entities, damaged } = totals;
    const seconds = (performance.now() - start) / 1000;
    const people = `${counted(documents, 'document')}, ${counted(sentences, 'sentence')}, ${counted(entities, 'entity', 'entities')} in ${counted(shards, 'shard')}, ${formatDuration(seconds)}`;
    const result = { documents, sentences, entities, damaged, shards, failed, finished, seconds };
    if (options.json) printResult(result, options, () => people);
    else notice(people);
    if (failed.length > 0)
      throw new InputError(
        `${failed.length} of ${counted(shards, 'shard')} failed, shard ${failed[0].shard} first: ${failed[0].reason}; when the cause is mended, run the same command again`,
      );
    if (!finished)
      throw new InputError(
        `stopped; workers continue with what is queued, and the same command continues the run (${out})`,
      );
    if (damaged > 0)
      throw new InputError(unusable(damaged, documents, 'document', `as ${out}/dead-letters.jsonl lists`));
  } finally {
    progress.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

const bytesOf = (files: readonly InputFile[]) => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Collects the articles of a query, unless that was done before the run was stopped. Returns their folder. */
async function collected(query: string, limit: number, out: string): Promise<string> {
  const folder = `${out}-collection`;
  const known = existsSync(manifestPath(folder)) ? readManifest(folder) : undefined;
  if (known?.query !== query || known.limit !== limit)
    await collectArticles({
      ...{ source: 'europepmc', out: folder, query, limit, types: ENTITY_CLASSES, unannotated: true },
      progress: showProgress('Collecting'),
    });
  return join(folder, 'articles');
}
