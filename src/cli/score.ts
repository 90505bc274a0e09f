import { type Command, Option } from 'commander';
import {
  checkSameShape,
  classificationReport,
  placeOfTag,
  readTagFile,
  type SequenceMode,
  TAG_SCHEMES,
  type TagScheme,
} from '../evaluation';
import { examples } from './examples';
import { formatTable, notice, printResult } from './output';

interface ScoreOptions {
  gold: string;
  pred: string;
  mode: SequenceMode;
  scheme?: TagScheme;
  suffix?: boolean;
  json?: boolean;
}

export function registerScore(program: Command): void {
  program
    .command('score')
    .description("score the mentions of tag sequences, as Python's seqeval does")
    .requiredOption(
      '--gold <file>',
      'gold tags: JSONL with one array of tags per line, or CoNLL columns with the tag last',
    )
    .requiredOption('--pred <file>', 'predicted tags of the same sentences')
    .addOption(
      new Option(
        '--mode <mode>',
        'default reads mentions from any tags, as conlleval does; strict only those valid in the scheme',
      )
        .choices(['default', 'strict'])
        .default('default'),
    )
    .addOption(
      new Option(
        '--scheme <scheme>',
        'scheme of the tags in strict mode (default: detected from the gold tags)',
      ).choices(TAG_SCHEMES),
    )
    .option('--suffix', 'prefixes are at the end of a tag: Cell-B')
    .option('--json', "print the scores as JSON, with seqeval's keys")
    .addHelpText(
      'after',
      examples('npx falconframes score --gold gold.conll --pred predicted.conll --mode strict --scheme IOB2'),
    )
    .action(({ gold: goldPath, pred, mode, scheme, suffix, ...options }: ScoreOptions) => {
      if (scheme && mode === 'default') notice('--scheme has no effect without --mode strict');
      const files = { gold: readTagFile(goldPath), predicted: readTagFile(pred) };
      checkSameShape(files.gold, files.predicted);
      const report = classificationReport(files.gold.sentences, files.predicted.sentences, {
        mode,
        scheme,
        suffix,
        place: (side, sentence, token) => placeOfTag(files[side], sentence, token),
      });
      printResult(report, options, () =>
        formatTable(
          ['', 'precision', 'recall', 'f1-score', 'support'],
          Object.entries(report).map(([name, { precision, recall, 'f1-score': f1, support }]) => [
            name,
            ...[precision, recall, f1].map((share) => (Number.isNaN(share) ? 'n/a' : share.toFixed(4))),
            support,
          ]),
        ),
      );
    });
}
