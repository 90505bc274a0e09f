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
    .description("mention scores of tag sequences, as Python's seqeval counts them")
    .requiredOption(
      '--gold <file>',
      'right tags: JSONL, one array of tags a line, or CoNLL columns, tag last',
    )
    .requiredOption('--pred <file>', 'predicted tags of the same sentences')
    .addOption(
      new Option(
        '--mode <mode>',
        'default takes mentions from any tags, as conlleval does; strict by the scheme alone',
      )
        .choices(['default', 'strict'])
        .default('default'),
    )
    .addOption(
      new Option(
        '--scheme <scheme>',
        'scheme of the tags in strict mode; told from the gold tags unless given',
      ).choices(TAG_SCHEMES),
    )
    .option('--suffix', 'prefixes stand at the end of a tag: Cell-B')
    .option('--json', "the scores as JSON, under seqeval's keys")
    .action(({ gold: goldPath, pred, mode, scheme, suffix, ...options }: ScoreOptions) => {
      if (scheme && mode === 'default') notice('--scheme changes nothing without --mode strict');
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
