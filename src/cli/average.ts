import type { Command } from 'commander';
import { counted } from '../foundation';
import { averageModels } from '../training';
import { examples } from './examples';
import { checkModelFolder } from './model-output';
import { printResult } from './output';

export function registerAverage(program: Command): void {
  program
    .command('average')
    .description(
      'average the weights of several models trained from the same encoder with different seeds or options',
    )
    .argument('<models...>', 'model folders; the threshold is taken from the first')
    .requiredOption('--out <folder>', 'output folder of the model')
    .option('--json', 'print the folders as JSON')
    .addHelpText('after', examples('npx falconframes average runs/mine runs/other --out runs/mean'))
    .action((models: string[], options: { out: string; json?: boolean }) => {
      checkModelFolder(options.out, models);
      averageModels(models, options.out);
      const { out } = options;
      printResult(
        { models, out },
        options,
        () => `The mean of ${counted(models.length, 'model')} is in ${out}.`,
      );
    });
}
