import type { Command } from 'commander';
import { keepDifference, restoreDifference } from '../../compression';
import { fetchEncoder } from '../../nn';
import { examples } from '../examples';
import { checkModelFolder } from '../model-output';
import { printResult } from '../output';

interface Options {
  model: string;
  encoder: string;
  out: string;
  json?: boolean;
}

const ENCODER = 'encoder that its training started from: a name, or a folder';

export function registerDifference(compress: Command): void {
  compress
    .command('difference')
    .description(
      'keep a trained model in a few megabytes: what its training changed in a public encoder, rounded; `compress restore` makes it whole again',
    )
    .requiredOption('--model <folder>', 'model folder of a tagger or text classifier')
    .requiredOption('--encoder <name>', ENCODER)
    .requiredOption('--out <folder>', 'output folder of the difference and config.json')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        'npx falconframes compress difference --model runs/mine --encoder minilm-l6-h384-uncased --out kept',
      ),
    )
    .action(async ({ model, encoder, out, ...options }: Options) => {
      const report = keepDifference(model, await fetchEncoder(encoder), out);
      printResult(report, options, () => {
        const [kept, whole] = [report.bytes, report.weightBytes].map((bytes) => (bytes / 1e6).toFixed(1));
        const error = (100 * report.relativeError).toFixed(0);
        return `${out}: ${kept} MB for ${whole} MB of weights; the rounding changes the difference by ${error} %`;
      });
    });
  compress
    .command('restore')
    .description('make a model folder of what `compress difference` kept')
    .requiredOption('--model <folder>', 'folder of the difference')
    .requiredOption('--encoder <name>', ENCODER)
    .requiredOption('--out <folder>', 'output folder of the model')
    .option('--json', 'print the folder as JSON')
    .addHelpText(
      'after',
      examples(
        'npx falconframes compress restore --model kept --encoder minilm-l6-h384-uncased --out runs/restored',
      ),
    )
    .action(async ({ model, encoder, out, ...options }: Options) => {
      checkModelFolder(out, [model]);
      restoreDifference(model, await fetchEncoder(encoder), out);
      printResult({ out }, options, () => out);
    });
}
