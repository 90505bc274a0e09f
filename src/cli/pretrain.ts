import { type Command, Option } from 'commander';
import { InputError, showProgress } from '../foundation';
import {
  checkRunFolder,
  completePretraining,
  MOST_EPOCHS,
  type PretrainingConfiguration,
  type PretrainingReport,
  pretrainFiles,
  pretrainingFileSchema,
  readPretrainingConfiguration,
} from '../training';
import { positiveInteger } from './arguments';
import { stopOnInterrupt } from './interrupt';
import { formatTable, notice, printResult } from './output';
import { EXPERIMENT, TRACK, type TrackOptions, trainTracked } from './tracking';

interface Options extends TrackOptions {
  config?: string;
  text?: string[];
  out?: string;
  encoder?: string;
  epochs?: number;
  maximumTexts?: number;
  learningRate?: string;
  resume?: boolean;
  replicas?: number;
  schema?: boolean;
  json?: boolean;
}

/** Options for which a configuration file has keys. */
const IN_FILE = ['text', 'encoder', 'epochs', 'maximumTexts', 'learningRate'];

export function registerPretrain(program: Command): void {
  program
    .command('pretrain')
    .description(
      'train an encoder on unlabelled text as a masked language model, a pretrained one further or a new one of any shape; "train" accepts the folder as its encoder',
    )
    .addOption(
      new Option(
        '--config <file>',
        'configuration, JSON: text, encoder, fresh (the shape of a new encoder), epochs, …',
      ).conflicts(IN_FILE),
    )
    .option('--text <file...>', 'JATS XML (.xml, .nxml), or plain text with one paragraph per line')
    .option('--out <folder>', 'output folder for the model, metrics.jsonl and, during training, a checkpoint')
    .option('--encoder <name>', 'name in models/registry.json, or folder')
    .option('--epochs <number>', 'passes over the text (default: 1)', positiveInteger)
    .option('--maximum-texts <number>', 'maximum number of text windows', positiveInteger)
    .option('--learning-rate <rate>', 'peak learning rate (default: 1e-4)')
    .option('--resume', "resume from the folder's checkpoint")
    .option(
      '--replicas <number>',
      'processes that share each step (default: for long runs on the CPU, one per core, at most 4)',
      positiveInteger,
    )
    .option('--schema', 'print every configuration key (JSON Schema) and exit')
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'print the report as JSON')
    .action(async (options: Options) => {
      const { config, out } = options;
      if (options.schema) {
        printResult(pretrainingFileSchema(), { json: true }, () => '');
        return;
      }
      if (out === undefined || (config === undefined && options.text === undefined))
        throw new InputError(
          'pretrain needs --out FOLDER, and --text FILE or --config FILE; --schema prints the keys of the file',
        );
      if (config !== undefined) checkRunFolder(out, [config]);
      const configuration =
        config === undefined ? configurationOf(options) : readPretrainingConfiguration(config);
      const interrupt = stopOnInterrupt();
      const about = { command: 'falconframes pretrain', folder: out, parameters: configuration };
      const report = await trainTracked(options, about, (onRow) =>
        pretrainFiles(configuration, {
          folder: out,
          place: config ?? 'the options',
          resume: options.resume,
          replicas: options.replicas,
          signal: interrupt,
          progress: showProgress('Pre-training'),
          onNotice: notice,
          onRow,
        }),
      );
      if (!report.finished)
        throw new InputError(`interrupted; resume with the same command and --resume (${out})`);
      printReport(report, options);
    });
}

function configurationOf({
  text,
  encoder,
  epochs,
  maximumTexts,
  learningRate: rate = '1e-4',
}: Options): PretrainingConfiguration {
  const learningRate = Number(rate);
  if (!(learningRate > 0 && learningRate <= 1))
    throw new InputError(`--learning-rate ${rate}: not a number from 0 to 1; give one such as 1e-4`);
  if (epochs !== undefined && epochs > MOST_EPOCHS)
    throw new InputError(`--epochs ${epochs}: too many; give at most ${MOST_EPOCHS}`);
  const given = Object.entries({ text, encoder, epochs, maximumTexts, learningRate });
  return completePretraining(
    Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    'the options',
  );
}

function printReport(report: PretrainingReport, options: Options): void {
  const { rows, tokensPerSecond, parameters, windows } = report;
  const epochs = rows
    .filter((row) => row.kind === 'evaluation')
    .map(({ epoch, loss }) => ({ epoch, loss, perplexity: Math.exp(loss) }));
  printResult({ tokensPerSecond, parameters, windows, epochs }, options, () =>
    formatTable(
      ['epoch', 'held-out loss', 'perplexity of masked words'],
      epochs.map(({ epoch, loss, perplexity }) => [epoch, loss.toFixed(4), perplexity.toFixed(1)]),
    ),
  );
}
