import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
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
  precision: 'int8' | 'fp32';
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
    .requiredOption('--model <folder>', 'model folder with an exported ONNX file')
    .addOption(
      new Option('--offsets <unit>', 'what start and end count')
        .choices(['utf16', 'codepoints'])
        .default('utf16'),
    )
    .addOption(
      new Option('--precision <kind>', 'which ONNX file of the folder')
        .choices(['int8', 'fp32'])
        .default('int8'),
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
      if (!options.out) return annotate(files, options, process.stdout);
      const partial = `${options.out}.${process.pid}.partial`;
      mkdirSync(dirname(partial), { recursive: true });
      const file = createWriteStream(partial);
      try {
        await annotate(files, options, file);
        file.end();
        await once(file, 'close');
        renameSync(partial, options.out);
      } catch (error) {
        file.destroy();
        rmSync(partial, { force: true });
        throw error;
      }
    });
}

async function annotate(files: readonly string[], options: AnnotateOptions, to: Writable): Promise<void> {
  const { model, precision, threads } = options;
  const annotator = await loadAnnotator(model, { quantized: precision === 'int8', threads });
  let empty = 0;
  for await (const { id, text } of documentsOf(files, options.format)) {
    if (text.trim() === '') empty++;
    const found = await annotator.annotate(text);
    const entities = options.offsets === 'codepoints' ? inCodePoints(found, text) : found;
    if (!to.write(`${JSON.stringify({ id, entities })}\n`)) await once(to, 'drain');
  }
  if (empty > 0) notice(`${empty} of the documents had no text, and so no entities`);
}

async function* documentsOf(files: readonly string[], format?: DocumentFormat): AsyncGenerator<Document> {
  for (const file of files) yield* readDocuments(file);
  if (files.length > 0) return;
  if (process.stdin.isTTY) notice('Reading standard input; Ctrl-D ends it');
  process.stdin.setEncoding('utf8');
  yield* readStandardInput(process.stdin as AsyncIterable<string>, format);
}
