import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ENTITY_CLASSES, InputError, readSentences, showProgress } from '../foundation';
import { fetchEncoder, type Precision } from '../nn';
import {
  createTagger,
  heldOutEvaluation,
  prepareExamples,
  taggingObjective,
  unteachableClasses,
  varyMentions,
} from '../tasks';
import { Tokenizer } from '../tokenization';
import {
  checkRunFolder,
  type EvaluationRow,
  LAST,
  readTrainingConfiguration,
  TRAINING_SCHEMA,
  train,
} from '../training';
import { positiveInteger } from './arguments';
import { formatShare, formatTable, notice, printResult } from './output';
import { EXPERIMENT, TRACK, type TrackOptions, trainTracked } from './tracking';

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
      'fine-tune an encoder on sentences; Ctrl-C writes a checkpoint and stops, --resume goes on from it',
    )
    .option('--config <file>', 'training configuration, JSON: encoder, train, dev, epochs, learningRate, …')
    .option(
      '--out <folder>',
      'receives the model of the best epoch, in last/ that of the last where another was better, metrics.jsonl and, while training lasts, a checkpoint',
    )
    .option('--resume', "go on from the folder's checkpoint")
    .option(
      '--replicas <number>',
      'processes that share each step; left out, one a core (at most 4) where a long run trains on the processor',
      positiveInteger,
    )
    .addOption(
      new Option(
        '--precision <kind>',
        'what matrix products multiply in; left out, the faster of the two on this machine',
      ).choices(['float32', 'bfloat16']),
    )
    .option(
      '--schema',
      'print every key of a configuration with its default and limits (JSON Schema), and end',
    )
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'the report as JSON')
    .action(async ({ config, out, ...options }: Options) => {
      if (options.schema) {
        printResult(TRAINING_SCHEMA, { json: true }, () => '');
        return;
      }
      if (config === undefined || out === undefined)
        throw new InputError(
          'train needs --config FILE and --out FOLDER; --schema tells what goes into the file',
        );
      const configuration = readTrainingConfiguration(config);
      const inputs = [config, ...configuration.train, ...configuration.dev];
      checkRunFolder(out, inputs);
      const encoder = await fetchEncoder(configuration.encoder);
      checkRunFolder(out, [encoder, ...inputs]);
      const tokenizer = new Tokenizer(encoder);
      const sentences = configuration.train.flatMap(readSentences);
      const dev = configuration.dev.flatMap(readSentences);
      for (const { label, reason } of unteachableClasses(sentences, configuration.train.join(', ')))
        notice(`${label}: ${reason}`);
      const varied = varyMentions(sentences, configuration.variations, configuration.seed);
      const { examples, lost, widened } = await prepareExamples(
        [...sentences, ...varied],
        tokenizer,
        configuration,
      );
      notice(
        `${sentences.length} sentences to train on${varied.length > 0 ? `, ${varied.length} varied copies` : ''}, ${dev.length} to choose the epoch by`,
      );
      if (lost.length + widened.length > 0) {
        notice(
          `${widened.length} mentions end inside a token and are widened to it, ${lost.length} have no token`,
        );
      }
      const model = createTagger(encoder, configuration);
      const evaluateOnDev = heldOutEvaluation(dev, tokenizer, configuration);
      const interrupt = new AbortController();
      process.once('SIGINT', () => {
        notice('Stopping after this step; a second Ctrl-C ends at once and without a checkpoint');
        interrupt.abort();
      });
      const about = { command: 'falconframes train', folder: out, parameters: configuration };
      const report = await trainTracked(options, about, (onRow) =>
        train({
          task: taggingObjective(model, configuration),
          examples,
          options: configuration,
          folder: out,
          evaluate: () => evaluateOnDev(model),
          resume: options.resume,
          replicas: options.replicas,
          precision: options.precision,
          signal: interrupt.signal,
          progress: showProgress('Training'),
          onRow: (rows) => {
            onRow?.(rows);
            const last = rows[rows.length - 1];
            if (last.kind === 'evaluation') notice(describe(last));
          },
        }),
      );
      if (!report.finished)
        throw new InputError(`interrupted; go on with the same command and --resume (${out})`);
      const { rows, ...summary } = report;
      const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
      const lastEpoch = evaluations[evaluations.length - 1].epoch;
      printResult({ ...summary, evaluations }, options, () =>
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
          `The model of epoch ${report.bestEpoch} is in ${out}${lastEpoch === report.bestEpoch ? '' : `, that of epoch ${lastEpoch}, the last, in ${join(out, LAST)}`} (${Math.round(report.tokensPerSecond)} tokens/s).`,
        ].join('\n'),
      );
    });
}

/** "Epoch 2: dev F1 0.712 (Gene Mutations 0.743, Cell 0.690, Cell Line n/a)" */
function describe({ epoch, score, f1 }: EvaluationRow): string {
  const classes = ENTITY_CLASSES.map((label) => `${label} ${formatShare(f1?.[label] ?? null)}`);
  return `Epoch ${epoch}: dev F1 ${formatShare(score)} (${classes.join(', ')})`;
}
