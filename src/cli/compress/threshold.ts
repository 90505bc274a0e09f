import type { Command } from 'commander';
import { readSentences, showProgress } from '../../foundation';
import { tuneThresholds } from '../../inference';
import { formatShare, formatTable, printResult } from '../output';

interface Options {
  model: string;
  dev: string[];
  json?: boolean;
}

export function registerThreshold(compress: Command): void {
  compress
    .command('threshold')
    .description(
      'choose for each class the probability above which its label is given, by span F1 on dev sentences, and write it into config.json',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption('--dev <file...>', 'dev sentences (.jsonl), a corpus a file; each counts alike')
    .option('--json', 'the choice and all that were tried as JSON')
    .action(async ({ model: folder, dev, ...options }: Options) => {
      const tuned = await tuneThresholds(folder, dev.map(readSentences), showProgress('Scoring'));
      const labels = Object.keys(tuned.thresholds);
      printResult(tuned, options, () =>
        [
          'Span F1 on dev:',
          formatTable(
            ['threshold', ...labels],
            tuned.tried.map(({ threshold, f1 }) => [
              threshold.toFixed(3),
              ...labels.map((label) => formatShare(f1[label])),
            ]),
          ),
          `Thresholds in ${folder}/config.json:`,
          formatTable(
            ['', ...labels],
            (['before', 'thresholds'] as const).map((row) => [
              row === 'before' ? 'before' : 'now',
              ...labels.map((label) => tuned[row][label].toFixed(3)),
            ]),
          ),
        ].join('\n'),
      );
    });
}
