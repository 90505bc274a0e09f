import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  checkOutputFile,
  counted,
  formatDuration,
  InputError,
  outputTarget,
  unwritable,
} from '../foundation';
import {
  checkWhole,
  companionsOf,
  hashesOfModel,
  type InputFile,
  NOTHING_DONE,
  type ProcessCorpusOptions,
  processCorpus,
  ResumableOutput,
  Skipped,
  type Source,
  sourcesBehind,
  type Totals,
  type Work,
} from '../inference';
import { corpusProgress, type Items } from './corpus-progress';
import { endOfReader } from './failure';
import { filesOf } from './inputs';
import { notice, printResult, unusable } from './output';

/** Options shared by the commands that process a corpus. */
export interface CorpusOptions {
  precision?: 'int8' | 'fp32';
  workers?: number;
  out?: string;
  resume?: boolean;
  json?: boolean;
}

/** What differs between the commands that process a corpus. */
export interface CorpusCommand<File extends CorpusFile> {
  items: Items;
  work: Work;
  /** What determines the output besides inputs and model. */
  decisive: object;
  /** Lists the files of the paths. @param own files that the command writes */
  list(paths: readonly string[], own: readonly string[]): { files: File[]; skipped: Skipped };
  open(files: readonly File[], skipped: Skipped): AsyncIterable<Source>;
  openStandardInput(skipped: Skipped): AsyncIterable<Source>;
  /** The work done in this run, such as `12 documents`. */
  count(totals: Totals): string;
  /** The throughput, such as `410 sentences/s`. */
  rate(totals: Totals, before: Totals, seconds: number): string;
  /** The counts printed by `--json`. */
  counts(totals: Totals): object;
}

export type CorpusFile = Pick<InputFile, 'path' | 'place' | 'bytes' | 'isStream'>;

interface Run<File extends CorpusFile> {
  command: CorpusCommand<File>;
  files: readonly File[];
  sources: AsyncIterable<Source>;
  settings: ProcessCorpusOptions;
  /** Of all inputs. */
  bytes: number;
}

/** Annotates or classifies the paths, or standard input, in order, and writes to `--out` or standard output. */
export async function runOverCorpus<File extends CorpusFile>(
  paths: readonly string[],
  model: string,
  options: CorpusOptions,
  command: CorpusCommand<File>,
): Promise<void> {
  const { out, resume = false, precision, workers } = options;
  if (resume && (!out || paths.length === 0)) {
    throw new InputError('--resume needs --out, and files as input; standard input cannot be read again');
  }
  const target = out === undefined ? undefined : outputTarget(out);
  const isStream = target?.kind === 'stream';
  if (resume && isStream)
    throw new InputError(`${out}: is not a file, so its run cannot be resumed; leave --resume out`);
  const own = target && !isStream ? [target.path, ...companionsOf(target.path)] : [];
  const { files, skipped } = command.list(paths, own);
  const pipe = files.find((file) => file.isStream);
  if (resume && pipe) throw new InputError(`${pipe.place}: cannot be read again; leave --resume out`);
  const read = files.flatMap(({ path }) => (typeof path === 'string' ? path : []));
  for (const path of target ? [out!, ...own.slice(1)] : [])
    checkOutputFile(path, [...read, ...filesOf(model)]);
  report(skipped);
  const settings = { model, quantized: precision && precision === 'int8', work: command.work, workers };
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (paths.length === 0 && process.stdin.isTTY) notice('Reading standard input; Ctrl-D ends it');
  const inArchives = new Skipped();
  const sources = paths.length > 0 ? command.open(files, inArchives) : command.openStandardInput(inArchives);
  const run = { command, files, sources, settings, bytes };
  try {
    if (target?.kind === 'file') await writeToFile(target.path, run, options);
    else await writeToStream(target, run, options);
  } finally {
    report(inArchives);
  }
}

function report(skipped: Skipped): void {
  for (const sentence of skipped.sentences()) notice(sentence);
}

async function writeToStream(
  target: { path: string; descriptor?: number } | undefined,
  run: Run<CorpusFile>,
  { json }: CorpusOptions,
): Promise<void> {
  if (json) notice('--json has no effect without --out FILE: the output is JSONL anyway');
  let totals = NOTHING_DONE;
  const lines = linesOf(run, NOTHING_DONE, (_, now) => {
    totals = now;
  });
  const descriptor = target ? target.descriptor : 1;
  const isOpen = descriptor !== undefined;
  const stream =
    descriptor === 1
      ? process.stdout
      : createWriteStream(target!.path, isOpen ? { fd: descriptor, autoClose: false } : {});
  // Exiting while threads are inside ONNX Runtime would abort the process: they are ended first.
  process.stdout.off('error', endOfReader).on('error', () => {});
  try {
    await pipeline(lines, stream, { end: !isOpen });
  } catch (error) {
    // The reader of our output, such as `head`, may have closed it.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE')
      throw unwritable(target?.path ?? 'standard output', error);
  }
  complainOfDamages(totals, run.command);
}

async function writeToFile(
  path: string,
  run: Run<CorpusFile>,
  { resume = false, json }: CorpusOptions,
): Promise<void> {
  const { command, files, sources, settings } = run;
  const identity = {
    inputs: files.map((file) => resolve(Buffer.from(file.path as string).toString('latin1'))),
    model: hashesOfModel(settings.model, settings.quantized),
    ...command.decisive,
  };
  const output = ResumableOutput.open(path, identity, resume);
  if (!output) {
    await checkWhole(path, files, sources, command.work);
    notice(`${path}: is complete already, so nothing was done; remove it to ${command.work.kind} again`);
    return;
  }
  try {
    await writeAll(path, output, run, json);
  } finally {
    output.close();
  }
}

/** Yields lines of output, batch by batch, with progress. `onBatch` is called before each batch is yielded. */
async function* linesOf(
  { command, sources, settings, bytes }: Run<CorpusFile>,
  before: Totals,
  onBatch: (lines: string, totals: Totals, fingerprints: Uint8Array) => void,
): AsyncGenerator<string> {
  const progress = corpusProgress(before, bytes, command.items);
  let totals = before;
  try {
    for await (const batch of processCorpus(sources, settings)) {
      for (const damage of batch.damages) progress.tell(damage);
      totals = {
        sources: totals.sources + batch.sources,
        documents: totals.documents + batch.documents,
        sentences: totals.sentences + batch.sentences,
        entities: totals.entities + batch.entities,
        damaged: totals.damaged + batch.damages.length,
        bytes: totals.bytes + batch.bytes,
      };
      onBatch(batch.lines, totals, batch.fingerprints);
      if (batch.lines) yield batch.lines;
      progress.update(totals);
    }
  } finally {
    progress.end();
  }
}

async function writeAll(
  path: string,
  output: ResumableOutput,
  run: Run<CorpusFile>,
  json?: boolean,
): Promise<void> {
  const { command, sources } = run;
  const start = performance.now();
  const before = output.totals;
  if (before.documents > 0) notice(`Resuming after ${counted(before.documents, nounOf(command))}`);
  const stopped = () => {
    notice(
      `\nStopped; ${path}.part keeps ${counted(output.totals.documents, nounOf(command))}; resume with the same command and --resume`,
    );
    output.close();
    process.kill(process.pid, 'SIGINT'); // the handler is removed, so the signal ends the process; an orderly exit would wait for the threads
  };
  process.once('SIGINT', stopped);
  const rest = before.sources > 0 ? sourcesBehind(output, sources, path) : sources;
  const lines = linesOf({ ...run, sources: rest }, before, (...step) => output.append(...step));
  for await (const _ of lines); // written as they arrive
  process.off('SIGINT', stopped);
  output.finish();
  const seconds = (performance.now() - start) / 1000;
  const { totals } = output;
  const people = () =>
    `${command.count(totals)} in ${formatDuration(seconds)} (${command.rate(totals, before, seconds)})`;
  if (json) printResult({ ...command.counts(totals), seconds }, { json }, people);
  else notice(people());
  complainOfDamages(totals, command);
}

/** What a run counts, in the singular. */
const nounOf = ({ items }: { items: Items }): string => items.slice(0, -1);

function complainOfDamages({ documents, damaged }: Totals, { items }: { items: Items }): void {
  if (damaged === 0) return;
  throw new InputError(unusable(damaged, documents, nounOf({ items }), 'as reported above'));
}
