import { type Command, Option } from 'commander';
import { counted } from '../foundation';
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
import {
  annotateOnQueue,
  type FleetCommandOptions,
  LIMIT,
  MORE_MACHINES,
  QUERY,
  QUEUE,
  SHARD_SIZE,
  SHARDS,
} from './queue/annotate';
import { ROOT } from './queue/options';

interface AnnotateOptions extends CorpusOptions, FleetCommandOptions {
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
      'plain text, JATS XML (.xml, .nxml), JSONL (.jsonl), BioC, PubTator, archives (.tar) and gzip (.gz) of these, or folders; default: standard input',
    )
    .option('--model <folder>', 'model folder (default: the small model of the package)')
    .option(
      '--view <name>',
      "the model's view that names the mentions; labels for the model's own labels (default: its first view)",
    )
    .addOption(
      new Option('--offsets <unit>', 'unit of start and end')
        .choices(['utf16', 'codepoints'])
        .default('utf16'),
    )
    .addOption(
      new Option('--precision <kind>', 'weights to run (default: int8 if the folder has them)').choices([
        'int8',
        'fp32',
      ]),
    )
    .addOption(
      new Option('--format <name>', 'format of standard input, if it is not recognized correctly').choices([
        'text',
        'jats',
        'jsonl',
      ]),
    )
    .option('--workers <count>', 'threads, each with its own model (default: one per core)', positiveInteger)
    .option('--out <file>', 'output file instead of standard output; renamed when complete')
    .option('--resume', 'resume a stopped run with the same --out')
    .addOption(QUEUE)
    .addOption(ROOT)
    .addOption(SHARDS)
    .addOption(SHARD_SIZE)
    .addOption(QUERY)
    .addOption(LIMIT)
    .option(
      '--json',
      'with --out: print counts and times as JSON (annotations are always JSONL; `demo` downloads CSV and brat)',
    )
    .addHelpText(
      'after',
      `
A plain text file is one document, split into sentences. An empty line ends a sentence; a single line break counts as a blank,
since text is often wrapped, so a mention may run over it. For texts one per line, give JSONL: {"id": "1", "text": "…"}.
Writes one line per document, in input order: {"id", "entities": [{"start", "end", "label", "text", "score"}]}. Offsets refer to
the whole text. The text of a JATS article is its paragraphs separated by an empty line, as in \`preprocess\`; that of a BioC or
PubTator document has each passage at the offset given in the file.
JSONL contains documents {"id", "text"} or sentences as written by \`preprocess\` and \`corpus\`; each sentence gives one line
{"id", "paragraph", "offset", "entities"} with offsets in the sentence.
The id of a file is its name without the extension; if several files have the same name, it is the path relative to the given
folder. Articles in a .tar archive or in a file of several articles have their own id (PMCID, else PMID or DOI), else their
position; BioC and PubTator documents have their own. The format is recognized by content, not by file name.
Unreadable input is reported on standard error and skipped; the status is then not zero. Hidden files and files of other kinds
in folders are skipped and counted.
${MORE_MACHINES}

Examples:
  npx falconframes annotate articles/ --out entities.jsonl
  echo 'HeLa cells carry the mutation V600E.' | npx falconframes annotate
  npx falconframes annotate articles/ --queue redis://127.0.0.1:6379 --out runs/articles`,
    )
    .action(annotate);
}

async function annotate(
  paths: string[],
  { model = defaultModelFolder(), offsets, view, format, ...options }: AnnotateOptions,
): Promise<void> {
  if (options.queue !== undefined) {
    await annotateOnQueue(paths, { ...options, queue: options.queue, model, offsets, view });
    return;
  }
  await runOverCorpus(paths, model, options, {
    items: 'documents',
    work: { kind: 'annotate', offsets, view },
    decisive: { offsets, view },
    list: listInputs,
    open: openSources,
    openStandardInput: (skipped) => openStandardInput(process.stdin, format, skipped),
    count: ({ documents, sentences, entities }) =>
      `${counted(documents, 'document')}, ${counted(sentences, 'sentence')}, ${counted(entities, 'entity', 'entities')}`,
    rate: ({ sentences }, before, seconds) =>
      `${((sentences - before.sentences) / seconds).toFixed(0)} sentences/s`,
    counts: ({ documents, sentences, entities, damaged }) => ({ documents, sentences, entities, damaged }),
  });
}
