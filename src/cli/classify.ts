import { type Command, Option } from 'commander';
import { counted } from '../foundation';
import { listTexts, openTexts, openTextsOfStandardInput, type TextFormat } from '../inference';
import { positiveInteger } from './arguments';
import { type CorpusOptions, runOverCorpus } from './corpus-run';

interface ClassifyOptions extends CorpusOptions {
  model: string;
  text: string;
  format?: TextFormat;
  top?: number;
}

export function registerClassify(program: Command): void {
  program
    .command('classify')
    .description('label texts with a trained classifier')
    .argument(
      '[paths...]',
      'lines of text (.txt), JSONL (.jsonl), tables (.csv, .tsv), gzip (.gz) of these, or folders; default: standard input',
    )
    .requiredOption('--model <folder>', 'model folder of a classifier, as written by `train`')
    .option('--text <name>', 'key or column of the text', 'text')
    .option(
      '--top <number>',
      'number of most probable labels per text (default: 1; for a multi-label classifier, those above their thresholds)',
      positiveInteger,
    )
    .addOption(
      new Option('--precision <kind>', 'weights to run (default: int8 if the folder has them)').choices([
        'int8',
        'fp32',
      ]),
    )
    .addOption(
      new Option(
        '--format <name>',
        'format of standard input, for tables or if it is not recognized correctly',
      ).choices(['text', 'jsonl', 'table']),
    )
    .option('--workers <count>', 'threads, each with its own model (default: one per core)', positiveInteger)
    .option('--out <file>', 'output file instead of standard output; renamed when complete')
    .option('--resume', 'resume a stopped run with the same --out')
    .option('--json', 'with --out: print counts and times as JSON (labels are always JSONL)')
    .addHelpText(
      'after',
      `
Writes one line per text, in input order: {"id", "label", "score"}; with --top of at least 2, and for multi-label classifiers,
{"id", "labels": [{"label", "score"}, …]}. Scores are probabilities.
The id is the text's own (key or column "id"), else file and line, such as "mails.txt:3". Empty lines are skipped. If a text is
longer than the model's window, only its beginning is read.
Unreadable input is reported on standard error and skipped; the status is then not zero. Hidden files and files of other kinds
in folders are skipped and counted.

Example:
  npx falconframes classify mails.csv --text body --model runs/mails --out labels.jsonl`,
    )
    .action(classify);
}

async function classify(
  paths: string[],
  { model, text: textKey, format, top, ...options }: ClassifyOptions,
): Promise<void> {
  await runOverCorpus(paths, model, options, {
    items: 'texts',
    work: { kind: 'classify', top },
    decisive: { top, textKey },
    list: listTexts,
    open: (files) => openTexts(files, textKey),
    openStandardInput: () => openTextsOfStandardInput(process.stdin, textKey, format),
    count: ({ documents }) => counted(documents, 'text'),
    rate: ({ documents }, before, seconds) =>
      `${((documents - before.documents) / seconds).toFixed(0)} texts/s`,
    counts: ({ documents, damaged }) => ({ texts: documents, damaged }),
  });
}
