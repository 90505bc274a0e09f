import type { Command } from 'commander';
import { averageModels, checkRunFolder } from '../training';
import { printResult } from './output';

export function registerAverage(program: Command): void {
  program
    .command('average')
    .description(
      'one model whose weights are the mean of several, trained from one encoder with other seeds or options',
    )
    .argument('<models...>', 'their folders; the threshold is that of the first')
    .requiredOption('--out <folder>', 'receives the model')
    .option('--json', 'the folders as JSON')
    .action((models: string[], options: { out: string; json?: boolean }) => {
      checkRunFolder(options.out, models);
      averageModels(models, options.out);
      const { out } = options;
      printResult({ models, out }, options, () => `The mean of ${models.length} models is in ${out}.`);
    });
}
