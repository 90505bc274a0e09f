import type { Command } from 'commander';
import { chooseThreshold, scoreThresholds } from '../../evaluation';
import { readSentences, showProgress } from '../../foundation';
import { openModel } from '../../inference';
import { writeConfiguration } from '../../nn';
import { Tokenizer } from '../../tokenization';
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
      const corpora = dev.map(readSentences);
      const total = corpora.reduce((sum, sentences) => sum + sentences.length, 0);
      const model = await openModel(folder);
      try {
        const progress = showProgress('Scoring');
        const tried = await scoreThresholds(
          corpora,
          new Tokenizer(folder),
          model.score,
          model.configuration,
          (done) => progress.update(done, total, 'sentences'),
        );
        progress.end();
        const chosen = chooseThreshold(tried);
        const before = model.configuration.threshold;
        writeConfiguration(folder, { ...model.configuration, threshold: chosen.threshold });
        printResult({ before, ...chosen, tried }, options, () =>
          [
            formatTable(
              ['threshold', 'mean span F1 on dev'],
              tried.map(({ threshold, meanF1 }) => [threshold.toFixed(3), meanF1.toFixed(4)]),
            ),
            `${folder}/config.json: the threshold was ${before.toFixed(3)} and is ${chosen.threshold.toFixed(3)} now.`,
          ].join('\n'),
        );
      } finally {
        model.dispose();
      }
    });
}
