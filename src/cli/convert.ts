import { type Command, Option } from 'commander';
import {
  type ConversionReport,
  convert,
  FORMATS,
  type Format,
  filesOfPaths,
  LOSSES,
  type Loss,
} from '../corpora';
import { checkOutputFile, counted, InputError, LineWriter } from '../foundation';
import { positiveInteger } from './arguments';
import { formatTable, notice, printResult } from './output';

interface Options {
  from: Format;
  out: string;
  column?: number;
  text?: string;
  label?: string;
  json?: boolean;
}

const HELP = `
Formats:
  brat      folders of .txt and .ann pairs; each line of a text is a paragraph
  conll     one word per line with its tag in the last column, blank lines between sentences; IOB1, IOB2, IOBES, BILOU or IO
  pubtator  title and abstract, tab-separated annotations
  bioc      XML or JSON
  csv       columns "text" and "label", or "text" and "labels" separated by |; columns separated by commas, tabs or semicolons

All formats but csv give sentences for tagging: {"text", "spans", "annotated", ...}; csv gives texts for classification: {"text", "label"}.

Examples:
  npx falconframes convert --from brat corpus/train --out brat.jsonl
  npx falconframes convert --from conll gold.conll --out conll.jsonl
  npx falconframes convert --from csv reviews.csv --label category --out reviews.jsonl`;

export function registerConvert(program: Command): void {
  program
    .command('convert')
    .description('convert annotations of other formats to JSONL: sentences with spans, or labelled texts')
    .argument('<path...>', 'files or folders')
    .addOption(new Option('--from <format>', 'the format').choices(FORMATS).makeOptionMandatory())
    .requiredOption('--out <file>', 'JSONL file to write')
    .option(
      '--column <number>',
      'conll: the column of the tags, counted from 1 (default: the last)',
      positiveInteger,
    )
    .option('--text <name>', 'csv: the column of the texts (default: "text")')
    .option('--label <name>', 'csv: the column of the labels, one per text (default: "label", or "labels")')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action((paths: string[], options: Options) => {
      refuseOthers(options);
      checkOutputFile(options.out);
      checkOutputFile(options.out, inputsOf(paths, options.from));
      const { lines, report } = convert(options.from, paths, options);
      const writer = new LineWriter(options.out);
      for (const line of lines) writer.write(line);
      writer.finish();
      tell(report);
      printResult({ ...report, out: options.out }, options, () => describe(report, options.out));
      if (report.skipped.length > 0) process.exitCode = 1;
    });
}

function refuseOthers({ from, column, text, label }: Options): void {
  if (column !== undefined && from !== 'conll')
    throw new InputError(`--column is for conll, but --from is ${from}; leave it out`);
  if ((text !== undefined || label !== undefined) && from !== 'csv')
    throw new InputError(`--text and --label are for csv, but --from is ${from}; leave them out`);
}

/** For a brat pair, the user may give either file. */
function inputsOf(paths: readonly string[], from: Format): string[] {
  const files = filesOfPaths(paths);
  if (from !== 'brat') return files;
  return files.flatMap((path) => [path, path.replace(/\.txt$/, '.ann'), path.replace(/\.ann$/, '.txt')]);
}

const MOST_TOLD = 20;

/** What is skipped as a whole. */
const ITEM: Record<Format, string> = {
  ...{ brat: 'document', pubtator: 'document', bioc: 'document', conll: 'sentence', csv: 'row' },
};

function tell({ from, lost, skipped, schemes, notices }: ConversionReport): void {
  for (const [path, scheme] of Object.entries(schemes)) notice(`${path}: tags are ${scheme}`);
  for (const reason of skipped.slice(0, MOST_TOLD)) notice(reason);
  if (skipped.length > MOST_TOLD) notice(`and ${skipped.length - MOST_TOLD} more like these`);
  for (const message of notices) notice(message);
  for (const [loss, count] of Object.entries(lost)) notice(`${count} ${LOSSES[loss as Loss]}`);
  if (skipped.length > 0)
    notice(
      `${counted(skipped.length, ITEM[from])} could not be used, as reported above; the others are converted`,
    );
}

function describe({ from, lines, articles, labels }: ConversionReport, out: string): string {
  const what =
    from === 'csv'
      ? counted(lines, 'text')
      : `${counted(lines, 'sentence')} of ${counted(articles, 'article')}`;
  return [`${out}: ${what}`, '', formatTable(['label', 'count'], Object.entries(labels))].join('\n');
}
