import { type Command, Option } from 'commander';
import {
  type DocumentFormat,
  defaultModelFolder,
  listInputs,
  type OffsetUnit,
  openSources,
  openStandardInput,
} from '../inference';
import { positiveInteger } from './arguments';
import { type CorpusOptions, runOverCorpus } from './corpus-run';

interface AnnotateOptions extends CorpusOptions {
  model?: string;
  offsets: OffsetUnit;
  view?: string;
  format?: DocumentFormat;
}

export function registerAnnotate(program: Command): void {
  program
    .command('annotate')
    .description(
      'mark mentions in text with a trained tagger; by default gene mutations, cells, cell lines, organs and tissues',
    )
    .argument(
      '[paths...]',
      'plain text, JATS XML (.xml, .nxml), JSONL (.jsonl), BioC, PubTator, archives (.tar) and gzip (.gz) of these, folders of them; standard input without any',
    )
    .option('--model <folder>', 'model folder (default: the small model of the package)')
    .option(
      '--view <name>',
      "which of the model's views names the mentions (default: the first it has; labels: its own labels)",
    )
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

async function annotate(
  paths: string[],
  { model = defaultModelFolder(), offsets, view, format, ...options }: AnnotateOptions,
): Promise<void> {
  await runOverCorpus(paths, model, options, {
    items: 'documents',
    work: { kind: 'annotate', offsets, view },
    decisive: { offsets, view },
    list: listInputs,
    open: openSources,
    openStandardInput: (skipped) => openStandardInput(process.stdin, format, skipped),
    count: ({ documents, sentences, entities }) =>
      `${documents} documents, ${sentences} sentences, ${entities} entities`,
    rate: ({ sentences }, before, seconds) =>
      `${((sentences - before.sentences) / seconds).toFixed(0)} sentences/s`,
    counts: ({ documents, sentences, entities, damaged }) => ({ documents, sentences, entities, damaged }),
  });
}
