import { createWriteStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import {
  checkOutputFile,
  formatDuration,
  InputError,
  outputTarget,
  sha256OfFile,
  unwritable,
} from '../foundation';
import {
  type AnnotateCorpusOptions,
  annotateCorpus,
  checkWhole,
  companionsOf,
  type DocumentFormat,
  defaultModelFolder,
  type InputFile,
  listInputs,
  NOTHING_DONE,
  type OffsetUnit,
  onnxFileOf,
  openSources,
  openStandardInput,
  ResumableOutput,
  Skipped,
  type Source,
  sourcesBehind,
  type Totals,
} from '../inference';
import { hasWeights, weightFiles } from '../nn';
import { annotateProgress } from './annotate-progress';
import { positiveInteger } from './arguments';
import { endOfReader } from './failure';
import { filesOf } from './inputs';
import { notice, printResult } from './output';

interface AnnotateOptions {
  model?: string;
  offsets: OffsetUnit;
  precision?: 'int8' | 'fp32';
  format?: DocumentFormat;
  workers?: number;
  out?: string;
  resume?: boolean;
  json?: boolean;
}

export function registerAnnotate(program: Command): void {
  program
    .command('annotate')
    .description('mark gene mutations, cells, cell lines, organs and tissues in text')
    .argument(
      '[paths...]',
      'plain text, JATS XML (.xml, .nxml), JSONL (.jsonl), BioC, PubTator, archives (.tar) and gzip (.gz) of these, folders of them; standard input without any',
    )
    .option('--model <folder>', 'model folder (default: the small model of the package)')
    .addOption(
      new Option('--offsets <unit>', 'what start and end count')
        .choices(['utf16', 'codepoints'])
        .default('utf16'),
    )
    .addOption(
      new Option(
        '--precision <kind>',
        'which weights to run (default: int8 where the folder has them)',
      ).choices(['int8', 'fp32']),
    )
    .addOption(
      new Option('--format <name>', 'of standard input, where its first characters mislead').choices([
        'text',
        'jats',
        'jsonl',
      ]),
    )
    .option('--workers <count>', 'threads, each with its own model (default: one per core)', positiveInteger)
    .option('--out <file>', 'write there instead of to standard output; renamed when complete')
    .option('--resume', 'continue a stopped run with the same --out')
    .option('--json', 'with --out: counts and times as JSON; the annotations are JSONL anyway')
    .addHelpText(
      'after',
      `
One line per document: {"id", "entities": [{"start", "end", "label", "text", "score"}]}, in the order of the input. Offsets
count in the whole text; of a JATS article that is its paragraphs with an empty line between them, as \`preprocess\` has it; of
BioC and PubTator it is the document with its passages at the offsets that the file gives them.
JSONL holds documents {"id", "text"} or sentences as \`preprocess\` and \`corpus\` write them; each sentence gets a line
{"id", "paragraph", "offset", "entities"} with offsets in the sentence.
The id of a file is its name without the extension; where several files of folders have the same name, it is the path below
the folder that was given. Articles of a .tar archive or of a file of many articles have their own id (PMCID, else PMID or DOI), or
their place in it; documents of BioC and PubTator have theirs. The content decides what a file is, not its name.
What cannot be read is reported on standard error and skipped; the status is then not zero. Hidden files and files of other kinds in
folders are skipped and counted.

Example: falconframes annotate articles/ --out entities.jsonl`,
    )
    .action(annotate);
}

async function annotate(paths: string[], options: AnnotateOptions): Promise<void> {
  const { out, resume = false } = options;
  if (resume && (!out || paths.length === 0)) {
    throw new InputError('--resume needs --out, and files as input; standard input cannot be read again');
  }
  const target = out === undefined ? undefined : outputTarget(out);
  const isStream = target?.kind === 'stream';
  if (resume && isStream)
    throw new InputError(`${out}: is not a file, so its run cannot be resumed; leave --resume out`);
  const own = target && !isStream ? [target.path, ...companionsOf(target.path)] : [];
  const { files, skipped } = listInputs(paths, own);
  const pipe = files.find((file) => file.isStream);
  if (resume && pipe) throw new InputError(`${pipe.place}: cannot be read again; leave --resume out`);
  const model = options.model ?? defaultModelFolder();
  const quantized = options.precision && options.precision === 'int8';
  const read = files.flatMap(({ path }) => (typeof path === 'string' ? path : []));
  for (const path of target ? [out!, ...own.slice(1)] : [])
    checkOutputFile(path, [...read, ...filesOf(model)]);
  report(skipped);
  const settings = { model, quantized, offsets: options.offsets, workers: options.workers };
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (paths.length === 0 && process.stdin.isTTY) notice('Reading standard input; Ctrl-D ends it');
  const inArchives = new Skipped();
  const sources =
    paths.length > 0
      ? openSources(files, inArchives)
      : openStandardInput(process.stdin, options.format, inArchives);
  try {
    if (target?.kind === 'file') await writeToFile(target.path, files, sources, settings, bytes, options);
    else await writeToStream(target, sources, settings, bytes);
  } finally {
    report(inArchives);
  }
}

function report(skipped: Skipped): void {
  for (const sentence of skipped.sentences()) notice(sentence);
}

async function writeToStream(
  target: { path: string; descriptor?: number } | undefined,
  sources: AsyncIterable<Source>,
  settings: AnnotateCorpusOptions,
  bytes: number,
): Promise<void> {
  let totals = NOTHING_DONE;
  const lines = linesOf(sources, settings, bytes, NOTHING_DONE, (_, now) => {
    totals = now;
  });
  const descriptor = target ? target.descriptor : 1;
  const isOpen = descriptor !== undefined;
  const stream =
    descriptor === 1
      ? process.stdout
      : createWriteStream(target!.path, isOpen ? { fd: descriptor, autoClose: false } : {});
  // An exit while threads are inside ONNX Runtime would abort: they are ended first.
  process.stdout.off('error', endOfReader).on('error', () => {});
  try {
    await pipeline(lines, stream, { end: !isOpen });
  } catch (error) {
    // The reader of our output, such as `head`, may have closed it.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE')
      throw unwritable(target?.path ?? 'standard output', error);
  }
  complainOfDamages(totals);
}

async function writeToFile(
  path: string,
  files: readonly InputFile[],
  sources: AsyncIterable<Source>,
  settings: AnnotateCorpusOptions,
  bytes: number,
  options: AnnotateOptions,
): Promise<void> {
  const { offsets, resume = false } = options;
  const run = {
    inputs: files.map((file) => resolve(Buffer.from(file.path as string).toString('latin1'))),
    model: decisiveFiles(settings.model, settings.quantized).map(sha256OfFile),
    offsets,
  };
  const output = ResumableOutput.open(path, run, resume);
  if (!output) {
    await checkWhole(path, files, sources, offsets);
    notice(`${path}: is complete already, so nothing was done; remove it to annotate again`);
    return;
  }
  try {
    await writeAll(path, output, sources, settings, bytes, options.json);
  } finally {
    output.close();
  }
}

/** Lines of output, batch by batch, with progress. `onBatch` is called before each is yielded. */
async function* linesOf(
  sources: AsyncIterable<Source>,
  settings: AnnotateCorpusOptions,
  bytes: number,
  before: Totals,
  onBatch: (lines: string, totals: Totals, fingerprints: Uint8Array) => void,
): AsyncGenerator<string> {
  const progress = annotateProgress(before, bytes);
  let totals = before;
  try {
    for await (const batch of annotateCorpus(sources, settings)) {
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
  sources: AsyncIterable<Source>,
  settings: AnnotateCorpusOptions,
  bytes: number,
  json?: boolean,
): Promise<void> {
  const start = performance.now();
  const before = output.totals;
  if (before.documents > 0) notice(`Resumes after ${before.documents} documents`);
  const stopped = () => {
    notice(
      `\nStopped; ${output.totals.documents} documents are kept in ${path}.part, the same command with --resume continues`,
    );
    output.close();
    process.kill(process.pid, 'SIGINT'); // no handler is left; an orderly exit would wait for the threads
  };
  process.once('SIGINT', stopped);
  const rest = before.sources > 0 ? sourcesBehind(output, sources, path) : sources;
  const lines = linesOf(rest, settings, bytes, before, (...step) => output.append(...step));
  for await (const _ of lines); // written as they come
  process.off('SIGINT', stopped);
  output.finish();
  const seconds = (performance.now() - start) / 1000;
  const { documents, sentences, entities, damaged } = output.totals;
  const rate = ((sentences - before.sentences) / seconds).toFixed(0);
  const people = () =>
    `${documents} documents, ${sentences} sentences, ${entities} entities in ${formatDuration(seconds)} (${rate} sentences/s)`;
  if (json) printResult({ documents, sentences, entities, damaged, seconds }, { json }, people);
  else notice(people());
  complainOfDamages(output.totals);
}

function complainOfDamages({ documents, damaged }: Totals): void {
  if (damaged === 0) return;
  const others = documents > 0 ? 'the others are done' : 'there is nothing else';
  throw new InputError(
    `${damaged} of ${documents + damaged} documents could not be used, as reported above; ${others}`,
  );
}

/** The files that decide the model's output. */
function decisiveFiles(model: string, quantized?: boolean): string[] {
  const onnx = onnxFileOf(model, quantized);
  return [
    ...(existsSync(onnx) ? [onnx] : hasWeights(model) ? weightFiles(model) : []),
    join(model, 'config.json'),
    join(model, 'tokenizer.json'),
  ].filter((path) => existsSync(path));
}
