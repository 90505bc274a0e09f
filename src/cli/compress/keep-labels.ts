import type { Command } from 'commander';
import { keepLabels } from '../../compression';
import { examples } from '../examples';
import { checkModelFolder } from '../model-output';
import { printResult } from '../output';

interface Options {
  model: string;
  out: string;
  labels?: string[];
  json?: boolean;
}

export function registerKeepLabels(compress: Command): void {
  compress
    .command('keep-labels')
    .description(
      'leave out labels of a tagger that were only learned to help others, by default those that none of its views shows; the other logits stay the same',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption('--out <folder>', 'output folder of the smaller model')
    .option('--labels <label...>', 'labels to keep (default: those of its views)')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        'npx falconframes compress keep-labels --model runs/mine --labels ingredient tool --out runs/two-labels',
      ),
    )
    .action(({ model, out, labels, ...options }: Options) => {
      checkModelFolder(out, [model]);
      const report = keepLabels(model, out, labels);
      printResult(report, options, () =>
        [
          `${out}: keeps ${report.kept.join(', ')}`,
          report.removed.length > 0 ? `left out: ${report.removed.join(', ')}` : 'nothing was left out',
        ].join('\n'),
      );
    });
}
