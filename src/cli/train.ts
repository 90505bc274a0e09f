import type { Command } from 'commander';
import { heldOutEvaluation } from '../evaluation';
import { ENTITY_CLASSES, InputError, readSentences, showProgress } from '../foundation';
import { locateEncoder, TokenClassifier } from '../nn';
import { Tokenizer } from '../tokenization';
import { type EvaluationRow, prepareExamples, readTrainingConfiguration, train } from '../training';
import { formatShare, formatTable, notice, printResult } from './output';

export function registerTrain(program: Command): void {
  program
    .command('train')
    .description(
      'fine-tune an encoder on sentences; Ctrl-C writes a checkpoint and stops, --resume goes on from it',
    )
    .requiredOption(
      '--config <file>',
      'training configuration, JSON: encoder, train, dev, epochs, learningRate, …',
    )
    .requiredOption(
      '--out <folder>',
      'receives the model, metrics.jsonl and, while training lasts, a checkpoint',
    )
    .option('--resume', "go on from the folder's checkpoint")
    .option('--json', 'the report as JSON')
    .action(async (options: { config: string; out: string; resume?: boolean; json?: boolean }) => {
      const configuration = readTrainingConfiguration(options.config);
      const encoder = locateEncoder(configuration.encoder);
      const tokenizer = new Tokenizer(encoder);
      const sentences = configuration.train.flatMap(readSentences);
      const dev = configuration.dev.flatMap(readSentences);
      const { examples, lost, widened } = await prepareExamples(sentences, tokenizer, configuration);
      notice(`${sentences.length} sentences to train on, ${dev.length} to choose the epoch by`);
      if (lost.length + widened.length > 0) {
        notice(
          `${widened.length} mentions end inside a token and are widened to it, ${lost.length} have no token`,
        );
      }
      const model = TokenClassifier.fromEncoder(encoder, configuration, configuration.seed);
      const interrupt = new AbortController();
      process.once('SIGINT', () => {
        notice('Stopping after this step; a second Ctrl-C ends at once and without a checkpoint');
        interrupt.abort();
      });
      const report = await train({
        model,
        examples,
        options: configuration,
        folder: options.out,
        evaluate: heldOutEvaluation(dev, tokenizer, configuration),
        resume: options.resume,
        signal: interrupt.signal,
        progress: showProgress('Training'),
      });
      if (!report.finished)
        throw new InputError(`interrupted; go on with the same command and --resume (${options.out})`);
      const { rows, ...summary } = report;
      const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
      printResult({ ...summary, evaluations }, options, () =>
        [
          formatTable(
            ['epoch', 'dev loss', ...ENTITY_CLASSES.map((label) => `${label} F1`), 'mean F1'],
            evaluations.map(({ epoch, loss, f1, meanF1 }) => [
              epoch,
              loss.toFixed(4),
              ...ENTITY_CLASSES.map((label) => formatShare(f1[label])),
              formatShare(meanF1),
            ]),
          ),
          `The model of epoch ${report.bestEpoch} is in ${options.out} (${Math.round(report.tokensPerSecond)} tokens/s).`,
        ].join('\n'),
      );
    });
}
