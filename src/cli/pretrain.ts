import { type Command, Option } from 'commander';
import { distilEncoder, generalDistillationFileSchema, generalDistillationOfFile } from '../compression';
import { fieldsOf, InputError, showProgress } from '../foundation';
import {
  checkRunFolder,
  completePretraining,
  MOST_EPOCHS,
  type PretrainingConfiguration,
  type PretrainingPlace,
  type PretrainingReport,
  pretrainFiles,
  pretrainingOfFile,
  readJson,
} from '../training';
import { positiveInteger } from './arguments';
import { examples } from './examples';
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
      'train an encoder on unlabelled text: a pretrained one further, or a new one of any shape; as a masked language model, or to compute what a larger encoder computes; "train" accepts the folder as its encoder',
    )
    .addOption(
      new Option(
        '--config <file>',
        'configuration, JSON: text, encoder, fresh (the shape of a new encoder), distillation (its teacher), epochs, …',
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
    .addHelpText(
      'after',
      examples(
        'npx falconframes pretrain --text unlabelled.txt --encoder minilm-l6-h384-uncased --out runs/pretrained',
      ),
    )
    .action(async (options: Options) => {
      const { config, out } = options;
      if (options.schema) {
        printResult(generalDistillationFileSchema(), { json: true }, () => '');
        return;
      }
      if (out === undefined || (config === undefined && options.text === undefined))
        throw new InputError(
          'pretrain needs --out FOLDER, and --text FILE or --config FILE; --schema prints the keys of the file',
        );
      if (config !== undefined) checkRunFolder(out, [config]);
      const interrupt = stopOnInterrupt();
      const { parameters, work } = planOf(options);
      const about = { command: 'falconframes pretrain', folder: out, parameters };
      const report = await trainTracked(options, about, (onRow) =>
        work({
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
      printReport(report, parameters, options);
    });
}

/** Reads the configuration, and decides what the encoder learns: masked words or, with a section "distillation", from a teacher. */
function planOf({ config, ...options }: Options): {
  parameters: object;
  work: (place: PretrainingPlace) => Promise<PretrainingReport>;
} {
  const content = config === undefined ? undefined : readJson(config);
  if (config !== undefined && fieldsOf(content).distillation !== undefined) {
    const configuration = generalDistillationOfFile(fieldsOf(content), config);
    return { parameters: configuration, work: (place) => distilEncoder(configuration, place) };
  }
  const configuration = config === undefined ? configurationOf(options) : pretrainingOfFile(content, config);
  return { parameters: configuration, work: (place) => pretrainFiles(configuration, place) };
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

function printReport(report: PretrainingReport, learned: object, options: Options): void {
  const { rows, tokensPerSecond, parameters, windows } = report;
  // The loss of a distillation is no cross-entropy of words.
  const ofWords = !('distillation' in learned);
  const epochs = rows
    .filter((row) => row.kind === 'evaluation')
    .map(({ epoch, loss }) => ({ epoch, loss, ...(ofWords && { perplexity: Math.exp(loss) }) }));
  printResult({ tokensPerSecond, parameters, windows, epochs }, options, () =>
    formatTable(
      ['epoch', 'held-out loss', ...(ofWords ? ['perplexity of masked words'] : [])],
      epochs.map(({ epoch, loss, perplexity }) => [
        epoch,
        loss.toFixed(4),
        ...(perplexity === undefined ? [] : [perplexity.toFixed(1)]),
      ]),
    ),
  );
}
