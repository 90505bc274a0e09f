import type { Command } from 'commander';
import { readSparsityConfiguration, sparsify, sparsityFileSchema } from '../../compression';
import { ENTITY_CLASSES, InputError, showProgress } from '../../foundation';
import { checkRunFolder, type EvaluationRow } from '../../training';
import { positiveInteger } from '../arguments';
import { formatShare, formatTable, notice, printResult } from '../output';

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
      'train a model on while its weights become zeros, by magnitude or movement: saves disk, not time',
    )
    .option('--model <folder>', 'model folder of a trained tagger')
    .option('--config <file>', 'training configuration, JSON, with a part "sparsity": method, sparsity, …')
    .option('--out <folder>', 'receives the sparse model, sparsity.json and metrics.jsonl')
    .option('--resume', "go on from the folder's checkpoint")
    .option('--replicas <number>', 'processes that share each step', positiveInteger)
    .option('--schema', 'print every key of a configuration (JSON Schema), and end')
    .option('--json', 'the report as JSON')
    .action(async ({ model, config, out, ...options }: Options) => {
      if (options.schema) {
        printResult(sparsityFileSchema(), { json: true }, () => '');
        return;
      }
      if (model === undefined || config === undefined || out === undefined)
        throw new InputError(
          'sparsify needs --model FOLDER, --config FILE and --out FOLDER; --schema tells what goes into the file',
        );
      const configuration = readSparsityConfiguration(config);
      const inputs = [model, config, ...configuration.train, ...configuration.dev];
      checkRunFolder(out, inputs, ['sparsity.json']);
      const interrupt = new AbortController();
      process.once('SIGINT', () => {
        notice('Stopping after this step; a second Ctrl-C ends at once and without a checkpoint');
        interrupt.abort();
      });
      const { rows, ...report } = await sparsify({
        model,
        configuration,
        place: config,
        folder: out,
        resume: options.resume,
        replicas: options.replicas,
        signal: interrupt.signal,
        progress: showProgress('Sparsifying'),
      });
      if (!report.finished)
        throw new InputError(`interrupted; go on with the same command and --resume (${out})`);
      const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
      const { density, bytes } = report;
      const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
      printResult({ ...report, evaluations }, options, () =>
        [
          formatTable(
            ['epoch', 'dev loss', ...ENTITY_CLASSES.map((label) => `${label} F1`), 'mean F1'],
            evaluations.map(({ epoch, loss, f1, score }) => [
              epoch,
              loss.toFixed(4),
              ...ENTITY_CLASSES.map((label) => formatShare(f1?.[label] ?? null)),
              formatShare(score),
            ]),
          ),
          `Of the layers' weights ${(100 * density.layers).toFixed(1)}% are left, of all ${(100 * density.all).toFixed(1)}%: ${megabytes(bytes.dense)} as saved, ${megabytes(bytes.gzipped)} through gzip, ${megabytes(bytes.bitmask)} with a bit for each weight. It computes as long as before.`,
          `The model of epoch ${report.bestEpoch} is in ${out}.`,
        ].join('\n'),
      );
    });
}
