import type { Command } from 'commander';
import { evaluate } from '../evaluation';
import { ENTITY_CLASSES, readSentences, showProgress } from '../foundation';
import { TokenClassifier } from '../nn';
import { Tokenizer } from '../tokenization';
import { formatShare, formatTable, printResult } from './output';

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('strict span scores and token scores of a trained model, by class')
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption('--data <file...>', 'JSONL files of sentences')
    .option('--json', 'the scores as JSON')
    .action(async (options: { model: string; data: string[]; json?: boolean }) => {
      const sentences = options.data.flatMap(readSentences);
      const model = TokenClassifier.load(options.model);
      const progress = showProgress('Evaluating');
      const { tagged: _, ...report } = await evaluate(
        sentences,
        new Tokenizer(options.model),
        model.score,
        model.configuration,
        (done) => progress.update(done, sentences.length, 'sentences'),
      );
      progress.end();
      printResult(report, options, () =>
        [
          `${report.sentences} sentences; loss ${report.loss.toFixed(4)}; mean strict span F1 ${formatShare(report.meanF1)}`,
          '',
          'Strict spans (class, start and end all right)',
          formatTable(
            ['class', 'precision', 'recall', 'F1', 'gold'],
            ENTITY_CLASSES.map((label) => {
              const { precision, recall, f1, support } = report.spans[label];
              return [label, formatShare(precision), formatShare(recall), formatShare(f1), support];
            }),
          ),
          '',
          'Tokens',
          formatTable(
            ['class', 'TP', 'FP', 'FN', 'TN', 'precision', 'recall', 'F1', 'MCC'],
            ENTITY_CLASSES.map((label) => {
              const score = report.tokens[label];
              return [
                label,
                score.truePositives,
                score.falsePositives,
                score.falseNegatives,
                score.trueNegatives,
                ...[score.precision, score.recall, score.f1, score.mcc].map(formatShare),
              ];
            }),
          ),
        ].join('\n'),
      );
    });
}
