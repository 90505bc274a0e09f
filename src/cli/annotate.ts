import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { InputError } from '../foundation';
import {
  type Document,
  type DocumentFormat,
  inCodePoints,
  loadAnnotator,
  readDocuments,
  readStandardInput,
} from '../inference';
import { positiveInteger } from './arguments';
import { notice } from './output';

interface AnnotateOptions {
  model: string;
  offsets: 'utf16' | 'codepoints';
  precision?: 'int8' | 'fp32';
  format?: DocumentFormat;
  threads?: number;
  out?: string;
}

export function registerAnnotate(program: Command): void {
  program
    .command('annotate')
    .description('mark gene mutations, cells, cell lines, organs and tissues in text')
    .argument(
      '[files...]',
      'plain text, JATS XML (.xml, .nxml) or JSONL (.jsonl); standard input without any',
    )
    .requiredOption('--model <folder>', 'model folder')
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
    .option('--threads <count>', 'threads of ONNX Runtime (default: one a core)', positiveInteger)
    .option('--out <file>', 'write there, whole or not at all, and not to standard output')
    .option('--json', 'one JSON object a line, which is what it always writes')
    .addHelpText(
      'after',
      '\nOne line a document: {"id", "entities": [{"start", "end", "label", "text", "score"}]}. Offsets count in the whole text;' +
        '\nof a JATS article that is its paragraphs with an empty line between them, as `preprocess` has it.',
    )
    .action(async (files: string[], options: AnnotateOptions) => {
      const lines = annotatedLines(files, options);
      if (options.out) await writeLines(lines, options.out);
      else await pipeline(lines, process.stdout, { end: false }).catch(ignoreClosedPipe);
    });
}

async function* annotatedLines(files: readonly string[], options: AnnotateOptions): AsyncGenerator<string> {
  const { model, precision, threads } = options;
  const annotator = await loadAnnotator(model, { quantized: precision && precision === 'int8', threads });
  let empty = 0;
  for await (const { id, text } of documentsOf(files, options.format)) {
    if (text.trim() === '') empty++;
    const found = await annotator.annotate(text);
    const entities = options.offsets === 'codepoints' ? inCodePoints(found, text) : found;
    yield `${JSON.stringify({ id, entities })}\n`;
  }
  if (empty > 0) notice(`${empty} of the documents had no text, and so no entities`);
}

/** Under its final name the file is whole or not there. */
async function writeLines(lines: AsyncIterable<string>, path: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    mkdirSync(dirname(partial), { recursive: true });
    await pipeline(lines, createWriteStream(partial));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw code ? new InputError(`${path}: cannot be written (${code}); choose another place`) : error;
  }
}

/** Whoever reads our output, `head` say, may have had enough of it. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

async function* documentsOf(files: readonly string[], format?: DocumentFormat): AsyncGenerator<Document> {
  for (const file of files) yield* readDocuments(file);
  if (files.length > 0) return;
  if (process.stdin.isTTY) notice('Reading standard input; Ctrl-D ends it');
  process.stdin.setEncoding('utf8');
  yield* readStandardInput(process.stdin as AsyncIterable<string>, format);
}
