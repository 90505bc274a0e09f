import type { Command } from 'commander';
import { readSentences, showProgress } from '../../foundation';
import { tuneThreshold } from '../../inference';
import { formatTable, printResult } from '../output';

interface Options {
  model: string;
  dev: string[];
  json?: boolean;
}

export function registerThreshold(compress: Command): void {
  compress
    .command('threshold')
    .description(
      'choose the probability above which a label is given, by mean span F1 on dev sentences, and write it into config.json',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption('--dev <file...>', 'dev sentences (.jsonl), a corpus a file; each counts alike')
    .option('--json', 'the choice and all that were tried as JSON')
    .action(async ({ model: folder, dev, ...options }: Options) => {
      const tuned = await tuneThreshold(folder, dev.map(readSentences), showProgress('Scoring'));
      printResult(tuned, options, () =>
        [
          formatTable(
            ['threshold', 'mean span F1 on dev'],
            tuned.tried.map(({ threshold, meanF1 }) => [threshold.toFixed(3), meanF1.toFixed(4)]),
          ),
          `${folder}/config.json: the threshold was ${tuned.before.toFixed(3)} and is ${tuned.threshold.toFixed(3)} now.`,
        ].join('\n'),
      );
    });
}
