import { type Command, Option } from 'commander';
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
      'lines of text (.txt), JSONL (.jsonl), tables (.csv, .tsv) and gzip (.gz) of these, folders of them; standard input without any',
    )
    .requiredOption('--model <folder>', 'model folder of a classifier, as `train` writes it')
    .option('--text <name>', 'key or column that holds the text', 'text')
    .option(
      '--top <number>',
      'so many labels of each text, the most probable (default: the label; of a classifier with several labels, those above its threshold)',
      positiveInteger,
    )
    .addOption(
      new Option(
        '--precision <kind>',
        'which weights to run (default: int8 where the folder has them)',
      ).choices(['int8', 'fp32']),
    )
    .addOption(
      new Option(
        '--format <name>',
        'of standard input, where it is a table or its first line misleads',
      ).choices(['text', 'jsonl', 'table']),
    )
    .option('--workers <count>', 'threads, each with its own model (default: one per core)', positiveInteger)
    .option('--out <file>', 'write there instead of to standard output; renamed when complete')
    .option('--resume', 'continue a stopped run with the same --out')
    .option('--json', 'with --out: counts and times as JSON; the labels are JSONL anyway')
    .addHelpText(
      'after',
      `
One line per text, in the order of the input: {"id", "label", "score"}; with --top 2 and more, and for a classifier that gives
several labels, {"id", "labels": [{"label", "score"}, …]}. Scores are probabilities.
The id is the text's own ("id" of an object, column "id" of a table), else file and line, such as "mails.txt:3". Empty lines are
skipped. Of a text that is longer than the model's window, the beginning is read.
What cannot be read is reported on standard error and skipped; the status is then not zero. Hidden files and files of other kinds in
folders are skipped and counted.

Example: falconframes classify mails.csv --text body --model runs/mine --out labels.jsonl`,
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
    count: ({ documents }) => `${documents} texts`,
    rate: ({ documents }, before, seconds) =>
      `${((documents - before.documents) / seconds).toFixed(0)} texts/s`,
    counts: ({ documents, damaged }) => ({ texts: documents, damaged }),
  });
}
