import type { Command } from 'commander';
import { readSparsityConfiguration, sparsify, sparsityFileSchema } from '../../compression';
import { InputError, showProgress } from '../../foundation';
import { checkRunFolder } from '../../training';
import { positiveInteger } from '../arguments';
import { examples } from '../examples';
import { stopOnInterrupt } from '../interrupt';
import { notice, printResult } from '../output';
import { epochTable, evaluationsOf } from '../training-report';

interface Options {
  model?: string;
  config?: string;
  out?: string;
  resume?: boolean;
  replicas?: number;
  schema?: boolean;
  json?: boolean;
}

export function registerSparsify(compress: Command): void {
  compress
    .command('sparsify')
    .description(
      'fine-tune a model while setting weights to zero, by magnitude or movement: reduces file size, not run time',
    )
    .option('--model <folder>', 'model folder of a trained tagger or classifier')
    .option('--config <file>', 'training configuration, JSON, with a "sparsity" section: method, sparsity, …')
    .option('--out <folder>', 'output folder for the sparse model, sparsity.json and metrics.jsonl')
    .option('--resume', "resume from the folder's checkpoint")
    .option('--replicas <number>', 'processes that share each step', positiveInteger)
    .option('--schema', 'print every configuration key (JSON Schema) and exit')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        `echo '{"train": ["train.jsonl"], "dev": ["dev.jsonl"], "sparsity": {"sparsity": 0.5}}' > sparse.json && npx falconframes compress sparsify --model runs/mine --config sparse.json --out runs/sparse`,
      ),
    )
    .action(async ({ model, config, out, ...options }: Options) => {
      if (options.schema) {
        printResult(sparsityFileSchema(), { json: true }, () => '');
        return;
      }
      if (model === undefined || config === undefined || out === undefined)
        throw new InputError(
          'sparsify needs --model FOLDER, --config FILE and --out FOLDER; --schema prints the keys of the file',
        );
      const configuration = readSparsityConfiguration(config);
      const inputs = [model, config, ...configuration.train, ...configuration.dev];
      checkRunFolder(out, inputs, ['sparsity.json']);
      const interrupt = stopOnInterrupt();
      const { rows, ...report } = await sparsify({
        model,
        configuration,
        place: config,
        folder: out,
        resume: options.resume,
        replicas: options.replicas,
        signal: interrupt,
        progress: showProgress('Sparsifying'),
        onNotice: notice,
      });
      if (!report.finished)
        throw new InputError(`interrupted; resume with the same command and --resume (${out})`);
      const evaluations = evaluationsOf(rows);
      const { density, bytes } = report;
      const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
      printResult({ ...report, evaluations }, options, () =>
        [
          epochTable(evaluations),
          `${(100 * density.layers).toFixed(1)}% of the layers' weights and ${(100 * density.all).toFixed(1)}% of all weights are left: ${megabytes(bytes.dense)} as saved, ${megabytes(bytes.gzipped)} with gzip, ${megabytes(bytes.bitmask)} as a bitmask with the nonzero values. The run time is unchanged.`,
          `The model of epoch ${report.bestEpoch} is in ${out}.`,
        ].join('\n'),
      );
    });
}
