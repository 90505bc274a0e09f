import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { counted, InputError, showProgress } from '../foundation';
import { PARTS, type PartReport, type PreprocessingReport, preprocessCollection } from '../preprocessing';
import { examples } from './examples';
import { formatTable, notice, printResult, unusable } from './output';

interface Options {
  in: string;
  out: string;
  seed: string;
  negatives: string;
  balance?: string;
  test?: string;
  leaks: 'remove' | 'report';
  json?: boolean;
}

export function registerPreprocess(program: Command): void {
  program
    .command('preprocess')
    .description(
      'turn a collection into sentences with spans, split 70/15/15 by article: train.jsonl, dev.jsonl, test.jsonl, unanchored.jsonl, manifest.json',
    )
    .requiredOption('--in <folder>', 'collection written by "falconframes collect"')
    .requiredOption('--out <folder>', 'output folder')
    .option('--seed <number>', 'seed of the split and of the sampled sentences', '1')
    .option(
      '--negatives <ratio>',
      'sentences without mentions kept in train for each sentence with mentions',
      '1',
    )
    .option(
      '--balance <ratio>',
      'limit the mentions of each class in train to this multiple of the rarest class',
    )
    .option(
      '--test <articles>',
      'smallest:5 puts the 5 articles with the fewest sentences into test, the others into train and dev (default: 15 % by mentions)',
    )
    .addOption(
      new Option(
        '--leaks <what>',
        'what to do with sentences of train and dev that duplicate one in a later part',
      )
        .choices(['remove', 'report'])
        .default('remove'),
    )
    .option('--json', 'print the manifest as JSON')
    .addHelpText('after', examples('npx falconframes preprocess --in collection --out sentences'))
    .action(async (options: Options) => {
      refuseSentencesOfOthers(options.out);
      const report = await preprocessCollection(options.in, options.out, {
        seed: numberOption('--seed', options.seed),
        negatives: numberOption('--negatives', options.negatives),
        balance: options.balance === undefined ? undefined : numberOption('--balance', options.balance),
        smallestInTest: options.test === undefined ? undefined : smallestOption(options.test),
        removeLeaks: options.leaks === 'remove',
        progress: showProgress('Preprocessing'),
        onProblem: notice,
      });
      printResult(report, options, () => describe(report, options.out));
      complainOfSkipped(report);
    });
}

/** Parts without a manifest are no earlier output, unless a killed run left them, with its lock. */
function refuseSentencesOfOthers(folder: string): void {
  const isThere = (name: string) => existsSync(join(folder, name));
  if (isThere('manifest.json') || isThere('manifest.json.lock')) return;
  const other = PARTS.map((part) => `${part}.jsonl`).find(isThere);
  if (other !== undefined)
    throw new InputError(
      `${join(folder, other)}: was not written by preprocess and would be replaced; choose another folder`,
    );
}

function complainOfSkipped({ articles, skipped }: PreprocessingReport): void {
  if (skipped.length === 0) return;
  throw new InputError(unusable(skipped.length, articles, 'article', 'as reported above'));
}

function smallestOption(value: string): number {
  const [, count] = /^smallest:([1-9]\d{0,5})$/.exec(value) ?? [];
  if (count === undefined)
    throw new InputError(`--test ${value}: not a choice of articles; give one such as smallest:5`);
  return Number(count);
}

function numberOption(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InputError(`${name} ${value}: not a number of at least 0; give one such as 1`);
  return number;
}

function describe(report: PreprocessingReport, folder: string): string {
  const { collected, damaged, placed, unplaced, overlaps } = report.annotations;
  const reasons = Object.entries(report.annotations.reasons).map(([reason, count]) => `${count} ${reason}`);
  const overlapping = overlaps.repeated + overlaps.nested + overlaps.crossing;
  const rows = PARTS.map((part) => {
    const { articles, sentences, withMentions, mentions } = report.parts[part];
    return [part, articles, sentences, withMentions, ...report.annotated.map((label) => mentions[label])];
  });
  return [
    formatTable(['part', 'articles', 'sentences', 'with mentions', ...report.annotated], rows),
    '',
    `${counted(collected, 'annotation')}: ${placed} placed (${overlapping} of them overlapping another of the same class), ${unplaced} unplaced${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}.`,
    ...(damaged > 0 ? [`Damaged annotations left out: ${damaged}.`] : []),
    ...describeBalance(report),
    `Sentences of train and dev that also occur in a later part: ${report.leaks.identical}; with a near duplicate there: ${report.leaks.nearIdentical}${report.leaks.removed ? ' (all removed)' : ''}.`,
    `Written to ${folder}.`,
  ].join('\n');
}

function describeBalance({ balance }: PreprocessingReport): string[] {
  if (!balance) return [];
  const counts = (part: PartReport) =>
    `${counted(part.sentences, 'sentence')} (${Object.entries(part.mentions)
      .map(([label, count]) => `${label} ${count}`)
      .join(', ')})`;
  return [
    `Train balanced to ${balance.ratio} times the rarest class: ${counts(balance.before)} before, ${counts(balance.after)} after; sentences without mentions were then downsampled.`,
  ];
}
