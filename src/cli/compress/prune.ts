import type { Command } from 'commander';
import { pruneStructure } from '../../compression';
import { InputError, showProgress } from '../../foundation';
import { LOSSES, type LossName } from '../../tasks';
import { positiveInteger } from '../arguments';
import { examples } from '../examples';
import { checkModelFolder } from '../model-output';
import { printResult } from '../output';

interface Options {
  model: string;
  data: string[];
  out: string;
  layers?: number;
  heads?: number;
  neurons?: number;
  hidden?: number;
  sentences: number;
  loss: string;
  json?: boolean;
}

export function registerPrune(compress: Command): void {
  compress
    .command('prune')
    .description(
      'remove the least important layers, attention heads, neurons and hidden dimensions; distil with "student" set to the result recovers the loss in quality',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption('--data <file...>', 'sentences or labelled texts for estimating importance')
    .requiredOption('--out <folder>', 'output folder for the pruned model and prune.json')
    .option('--layers <number>', 'layers to remove', positiveInteger)
    .option(
      '--heads <number>',
      'heads to remove, over all layers; Python reads the folder with transformers before 5',
      positiveInteger,
    )
    .option('--neurons <number>', 'feed-forward neurons to remove per layer', positiveInteger)
    .option(
      '--hidden <number>',
      'hidden dimensions to remove, a multiple of the head width; heads that no longer fit are removed',
      positiveInteger,
    )
    .option(
      '--sentences <number>',
      'maximum number of examples for estimating importance',
      positiveInteger,
      300,
    )
    .option('--loss <name>', `loss that the model was trained with: ${LOSSES.join(', ')}`, 'bce')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        'npx falconframes compress prune --model runs/mine --data train.jsonl --layers 3 --out runs/pruned',
      ),
    )
    .action(
      async ({
        model,
        out,
        loss,
        json,
        layers = 0,
        heads = 0,
        neurons = 0,
        hidden = 0,
        ...rest
      }: Options) => {
        if (!LOSSES.includes(loss as LossName))
          throw new InputError(`--loss ${loss}: unknown loss; choose ${LOSSES.join(', ')}`);
        checkModelFolder(out, [model, ...rest.data], ['prune.json']);
        const options = { ...rest, layers, heads, neurons, hidden, loss: loss as LossName, seed: 1 };
        const report = await pruneStructure(model, out, options, showProgress('Judging'));
        const { parameters, removedLayers, headsLeft, hiddenSize, intermediateSize } = report;
        printResult(report, { json }, () =>
          [
            `${parameters.after} of ${parameters.before} parameters are left in ${out}: ${headsLeft.length} layers with ${headsLeft.join(', ')} heads and ${intermediateSize} neurons each, hidden states of ${hiddenSize}${removedLayers.length > 0 ? `; without layer ${removedLayers.join(', ')}` : ''}.`,
            `The loss on the sentences changed from ${report.loss.before.toFixed(4)} to ${report.loss.after.toFixed(4)}.`,
          ].join('\n'),
        );
      },
    );
}
