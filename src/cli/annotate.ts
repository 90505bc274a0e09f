import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { formatDuration, InputError } from '../foundation';
import {
  type AnnotateCorpusOptions,
  annotateCorpus,
  type DocumentFormat,
  defaultModelFolder,
  hashOfFile,
  listInputs,
  NOTHING_DONE,
  type OffsetUnit,
  onnxFileOf,
  openSources,
  openStandardInput,
  ResumableOutput,
  type Source,
  type Totals,
} from '../inference';
import { annotateProgress } from './annotate-progress';
import { positiveInteger } from './arguments';
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
      'plain text, JATS XML (.xml, .nxml), JSONL (.jsonl), gzip of these (.gz), folders of them; standard input without any',
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
    .option('--workers <count>', 'threads, each with its own model (default: one a core)', positiveInteger)
    .option('--out <file>', 'write there, under its name only when whole, and not to standard output')
    .option('--resume', 'go on where a stopped run with the same --out left off')
    .option('--json', 'with --out: counts and times as JSON; the annotations are JSONL anyway')
    .addHelpText(
      'after',
      `
One line a document: {"id", "entities": [{"start", "end", "label", "text", "score"}]}, in the order of the input. Offsets
count in the whole text; of a JATS article that is its paragraphs with an empty line between them, as \`preprocess\` has it.
JSONL holds documents {"id", "text"} or sentences as \`preprocess\` and \`corpus\` write them; each sentence gets a line
{"id", "paragraph", "offset", "entities"} with offsets in the sentence. What cannot be read is told on standard error and
passed over; the status is then not zero.`,
    )
    .action(annotate);
}

async function annotate(paths: string[], options: AnnotateOptions): Promise<void> {
  const { out, resume = false } = options;
  if (resume && (!out || paths.length === 0)) {
    throw new InputError('--resume needs --out, and files as input; standard input cannot be read again');
  }
  const model = options.model ?? defaultModelFolder();
  const quantized = options.precision && options.precision === 'int8';
  const settings = { model, quantized, offsets: options.offsets, workers: options.workers };
  const { files, passedOver } = listInputs(paths);
  if (passedOver > 0) notice(`${passedOver} files in the folders are of other kinds and passed over`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (paths.length === 0 && process.stdin.isTTY) notice('Reading standard input; Ctrl-D ends it');
  const sources = paths.length > 0 ? openSources(files) : openStandardInput(process.stdin, options.format);
  if (!out) {
    let totals = NOTHING_DONE;
    const lines = linesOf(sources, settings, bytes, NOTHING_DONE, (_, now) => {
      totals = now;
    });
    await pipeline(lines, process.stdout, { end: false }).catch(ignoreClosedPipe);
    return complainOfDamages(totals);
  }
  const run = {
    inputs: files.map((file) => [resolve(file.path), file.bytes]),
    model: modelHashes(model, quantized),
    offsets: options.offsets,
  };
  const output = ResumableOutput.open(out, run, resume);
  if (output) await writeAll(output, sources, settings, bytes, options);
  else
    notice(
      `${out}: is whole already, and no stopped run lies beside it, so that nothing was done; remove it to annotate anew`,
    );
}

/** Lines of output batch by batch, with progress; `onBatch` hears them first. */
async function* linesOf(
  sources: AsyncIterable<Source>,
  settings: AnnotateCorpusOptions,
  bytes: number,
  before: Totals,
  onBatch: (lines: string, totals: Totals) => void,
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
      onBatch(batch.lines, totals);
      if (batch.lines) yield batch.lines;
      progress.update(totals);
    }
  } finally {
    progress.end();
  }
}

async function writeAll(
  output: ResumableOutput,
  sources: AsyncIterable<Source>,
  settings: AnnotateCorpusOptions,
  bytes: number,
  { out, json }: AnnotateOptions,
): Promise<void> {
  const start = performance.now();
  const before = output.totals;
  if (before.documents > 0) notice(`Going on behind ${before.documents} documents`);
  const stopped = () => {
    notice(
      `\nStopped; ${output.totals.documents} documents are kept in ${out}.part, the same command with --resume goes on`,
    );
    process.kill(process.pid, 'SIGINT'); // no handler is left; an orderly exit would wait for the threads
  };
  process.once('SIGINT', stopped);
  const rest = behind(sources, before.sources);
  const lines = linesOf(rest, settings, bytes, before, (text, totals) => output.append(text, totals));
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
    `${damaged} of ${documents + damaged} documents could not be used, as told above; ${others}`,
  );
}

async function* behind(sources: AsyncIterable<Source>, count: number): AsyncGenerator<Source> {
  let seen = 0;
  for await (const source of sources) if (seen++ >= count) yield source;
}

/** The files that decide what the model says. */
function modelHashes(model: string, quantized?: boolean): string[] {
  const onnx = onnxFileOf(model, quantized);
  const paths = [
    existsSync(onnx) ? onnx : join(model, 'model.safetensors'),
    join(model, 'config.json'),
    join(model, 'tokenizer.json'),
  ];
  return paths.flatMap((path) => (existsSync(path) ? hashOfFile(path) : []));
}

/** Whoever reads our output, `head` say, may have had enough of it. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
