import type { Command } from 'commander';
import { trimVocabulary } from '../../compression';
import { positiveInteger } from '../arguments';
import { examples } from '../examples';
import { checkModelFolder } from '../model-output';
import { formatTable, printResult } from '../output';

interface Options {
  model: string;
  texts: string[];
  heldOut?: string[];
  size?: number;
  out: string;
  json?: boolean;
}

export function registerTrim(compress: Command): void {
  compress
    .command('trim')
    .description(
      'remove the tokens that a domain does not use, and count the words that tokenize differently; also writes trim.json',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption(
      '--texts <file...>',
      'typical texts of the domain: sentences (.jsonl), or text with one paragraph per line',
    )
    .requiredOption('--out <folder>', 'output folder of the trimmed model')
    .option(
      '--size <number>',
      'maximum number of tokens to keep, the most frequent (default: all that occur in the texts)',
      positiveInteger,
    )
    .option('--held-out <file...>', 'texts for counting what tokenizes differently')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        'npx falconframes compress trim --model runs/mine --texts train.jsonl --held-out dev.jsonl --out runs/trimmed',
      ),
    )
    .action(async ({ model, texts, out, size, heldOut = [], ...options }: Options) => {
      checkModelFolder(out, [model, ...texts, ...heldOut], ['trim.json']);
      const report = await trimVocabulary(model, out, { texts, heldOut, size });
      const { vocabulary, parameters } = report;
      printResult(report, options, () =>
        [
          `${vocabulary.after} of ${vocabulary.before} tokens, ${parameters.after} of ${parameters.before} parameters are left in ${out}; they cover ${percent(report.covered, report.counted)} of the texts' tokens.`,
          ...(heldOut.length > 0
            ? [
                formatTable(
                  ['held out', 'sentences', 'changed', 'tokens', 'changed', 'tokens after', 'unknown after'],
                  Object.entries(report.heldOut).map(([name, account]) => [
                    name,
                    account.sentences,
                    percent(account.changedSentences, account.sentences),
                    account.tokens,
                    percent(account.changedTokens, account.tokens),
                    account.tokensAfter,
                    account.unknownAfter,
                  ]),
                ),
              ]
            : []),
        ].join('\n'),
      );
    });
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? 'n/a' : `${((100 * part) / whole).toFixed(2)}%`;
