import type { Command } from 'commander';
import { pruneStructure } from '../../compression';
import { InputError, showProgress } from '../../foundation';
import { LOSSES, type LossName } from '../../tasks';
import { checkRunFolder } from '../../training';
import { positiveInteger } from '../arguments';
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
      'remove the layers, attention heads, neurons and directions of hidden states that matter least; distil with "student" set to the result wins back what it cost',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption('--data <file...>', 'sentences, or texts with labels, by which it is judged what matters')
    .requiredOption('--out <folder>', 'receives the pruned model and prune.json')
    .option('--layers <number>', 'layers to remove', positiveInteger)
    .option(
      '--heads <number>',
      'heads to remove, of all layers together; Python reads the folder with transformers before 5',
      positiveInteger,
    )
    .option('--neurons <number>', 'feed-forward neurons to remove, of every layer', positiveInteger)
    .option(
      '--hidden <number>',
      'numbers by which every hidden state gets shorter, a multiple of the width of heads; heads go for which there is no room',
      positiveInteger,
    )
    .option('--sentences <number>', 'judge by at most so many', positiveInteger, 300)
    .option('--loss <name>', `what the model was trained with: ${LOSSES.join(', ')}`, 'bce')
    .option('--json', 'the report as JSON')
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
          throw new InputError(`--loss ${loss}: no loss of that name; choose ${LOSSES.join(', ')}`);
        checkRunFolder(out, [model, ...rest.data], ['prune.json']);
        const options = { ...rest, layers, heads, neurons, hidden, loss: loss as LossName, seed: 1 };
        const report = await pruneStructure(model, out, options, showProgress('Judging'));
        const { parameters, removedLayers, headsLeft, hiddenSize, intermediateSize } = report;
        printResult(report, { json }, () =>
          [
            `${parameters.after} of ${parameters.before} parameters are left in ${out}: ${headsLeft.length} layers with ${headsLeft.join(', ')} heads and ${intermediateSize} neurons each, hidden states of ${hiddenSize}${removedLayers.length > 0 ? `; without layer ${removedLayers.join(', ')}` : ''}.`,
            `The loss of the sentences went from ${report.loss.before.toFixed(4)} to ${report.loss.after.toFixed(4)}.`,
          ].join('\n'),
        );
      },
    );
}
