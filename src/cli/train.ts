import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { InputError, showProgress } from '../foundation';
import type { Precision } from '../nn';
import { checkRunFolder, fineTuneFiles, LAST, readTrainingConfiguration, TRAINING_SCHEMA } from '../training';
import { positiveInteger } from './arguments';
import { stopOnInterrupt } from './interrupt';
import { notice, printResult } from './output';
import { EXPERIMENT, TRACK, type TrackOptions, trainTracked } from './tracking';
import { describeEpoch, epochTable, evaluationsOf } from './training-report';

interface Options extends TrackOptions {
  config?: string;
  out?: string;
  resume?: boolean;
  replicas?: number;
  precision?: Precision;
  schema?: boolean;
  json?: boolean;
}

export function registerTrain(program: Command): void {
  program
    .command('train')
    .description(
      'fine-tune an encoder on sentences with spans, or on labelled texts; Ctrl-C writes a checkpoint and stops, --resume resumes from it',
    )
    .option('--config <file>', 'training configuration, JSON: encoder, train, dev, epochs, learningRate, …')
    .option(
      '--out <folder>',
      'output folder for the model of the best epoch, that of the last epoch in last/ if it differs, metrics.jsonl and, during training, a checkpoint',
    )
    .option('--resume', "resume from the folder's checkpoint")
    .option(
      '--replicas <number>',
      'processes that share each step (default: for long runs on the CPU, one per core, at most 4)',
      positiveInteger,
    )
    .addOption(
      new Option(
        '--precision <kind>',
        'number format of matrix products (default: the faster one on this machine)',
      ).choices(['float32', 'bfloat16']),
    )
    .option('--schema', 'print every configuration key with its default and limits (JSON Schema) and exit')
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
The data determines the task: lines {"text", "spans"} train a tagger; lines {"text", "label"}, or CSV with these columns, a classifier.

Example:
  echo '{"train": ["train.jsonl"], "dev": ["dev.jsonl"]}' > run.json && npx falconframes train --config run.json --out runs/mine`,
    )
    .action(async ({ config, out, ...options }: Options) => {
      if (options.schema) {
        printResult(TRAINING_SCHEMA, { json: true }, () => '');
        return;
      }
      if (config === undefined || out === undefined)
        throw new InputError(
          'train needs --config FILE and --out FOLDER; --schema prints the keys of the file',
        );
      const configuration = readTrainingConfiguration(config);
      const inputs = [config, ...configuration.train, ...configuration.dev];
      checkRunFolder(out, inputs);
      const interrupt = stopOnInterrupt();
      const about = { command: 'falconframes train', folder: out, parameters: configuration };
      const report = await trainTracked(options, about, (onRow) =>
        fineTuneFiles(configuration, {
          folder: out,
          place: config,
          resume: options.resume,
          replicas: options.replicas,
          precision: options.precision,
          signal: interrupt,
          progress: showProgress('Training'),
          onNotice: notice,
          onRow: (rows) => {
            onRow?.(rows);
            const last = rows[rows.length - 1];
            if (last.kind === 'evaluation') notice(describeEpoch(last));
          },
        }),
      );
      if (!report.finished)
        throw new InputError(`interrupted; resume with the same command and --resume (${out})`);
      const { rows, ...summary } = report;
      const evaluations = evaluationsOf(rows);
      const lastEpoch = evaluations[evaluations.length - 1].epoch;
      printResult({ ...summary, evaluations }, options, () =>
        [
          epochTable(evaluations),
          `The model of epoch ${report.bestEpoch} is in ${out}${lastEpoch === report.bestEpoch ? '' : `, that of epoch ${lastEpoch}, the last, in ${join(out, LAST)}`} (${Math.round(report.tokensPerSecond)} tokens/s).`,
        ].join('\n'),
      );
    });
}
