import type { Command } from 'commander';
import { readLabelledTexts, readSentences, showProgress } from '../../foundation';
import { tuneTextThresholds, tuneThresholds } from '../../inference';
import { examples } from '../examples';
import { taskOfModels } from '../model-and-data';
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
      'choose the decision threshold of each label by F1 on dev sentences or, for a multi-label classifier, dev texts, and write it to config.json',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption(
      '--dev <file...>',
      'dev sentences or texts (.jsonl), one file per corpus; corpora are weighted equally',
    )
    .option('--json', 'print the chosen and all tried thresholds as JSON')
    .addHelpText('after', examples('npx falconframes compress threshold --model runs/mine --dev dev.jsonl'))
    .action(async ({ model: folder, dev, ...options }: Options) => {
      const task = taskOfModels([folder], dev);
      const progress = showProgress('Scoring');
      const tuned =
        task === 'tagging'
          ? await tuneThresholds(folder, dev.map(readSentences), progress)
          : await tuneTextThresholds(folder, dev.map(readLabelledTexts), progress);
      const labels = Object.keys(tuned.thresholds);
      printResult(tuned, options, () =>
        [
          task === 'tagging' ? 'Span F1 on dev:' : 'F1 on dev:',
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
