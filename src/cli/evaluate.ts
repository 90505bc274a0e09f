import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import {
  type ArticleCounts,
  bestThreshold,
  compareModels,
  detail,
  type ExaminedSentence,
} from '../evaluation';
import {
  byLabel,
  checkOutputFile,
  counted,
  InputError,
  readSentences,
  type Sentence,
  showProgress,
  writeFileAtomically,
} from '../foundation';
import { openModel } from '../inference';
import { readConfiguration } from '../nn';
import { evaluate, labelsInView, onlyLabels, taggingTask, tokenOutcomes } from '../tasks';
import { mergeThresholds, type Threshold, Tokenizer } from '../tokenization';
import { errorBrowser } from '../visualization';
import { positiveInteger, probability } from './arguments';
import { classificationTables } from './classification-tables';
import { evaluateClassifier } from './evaluate-texts';
import { type EvaluationResult, evaluationTables, type ModelScores } from './evaluation-tables';
import { examples } from './examples';
import { checkDistinct, filesOf } from './inputs';
import { taskOfModels } from './model-and-data';
import { notice, printResult } from './output';

interface EvaluateOptions {
  model: string;
  data: string[];
  train?: string[];
  compare?: string;
  view?: string;
  tokenThreshold?: number;
  tune?: string[];
  resamples: number;
  seed: number;
  html?: string;
  json?: boolean;
}

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'score a trained model, with intervals: for a tagger, span and token scores with breakdowns and types of errors; for a classifier, accuracy, F1 per label and confusions; with --compare against another model',
    )
    .requiredOption('--model <folder>', 'model folder')
    .requiredOption(
      '--data <file...>',
      'JSONL files of gold sentences, one file per corpus; for a classifier, JSONL, CSV or TSV files of labelled texts',
    )
    .option('--train <file...>', 'training data of the model, to score seen and unseen mentions separately')
    .option('--compare <folder>', 'a second model; differences are reported with p-values')
    .option(
      '--view <name>',
      "for a tagger: the view that names the mentions; labels for the model's own labels (default: its first view)",
    )
    .addOption(
      new Option(
        '--token-threshold <probability>',
        "for token scores (default: the model's own; the reference answer uses 0.4)",
      ).argParser(probability),
    )
    .addOption(
      new Option(
        '--tune <file...>',
        'dev sentences for choosing the threshold of token scores per label',
      ).conflicts('tokenThreshold'),
    )
    .option(
      '--resamples <count>',
      'number of resamples for intervals and of permutations for p-values',
      positiveInteger,
      1000,
    )
    .option('--seed <number>', 'of both', positiveInteger, 1)
    .option('--html <file>', 'write a self-contained page for browsing the errors of --model offline')
    .option('--json', 'print the scores as JSON')
    .addHelpText(
      'after',
      examples('npx falconframes evaluate --model runs/mine --data test.jsonl --html mistakes.html'),
    )
    .action(async (options: EvaluateOptions) => {
      if (options.html !== undefined) checkOutputFile(options.html, inputsOf(options));
      checkDistinct(options.data, '--data');
      const models = options.compare === undefined ? [options.model] : [options.model, options.compare];
      if (taskOfModels(models, options.data) === 'classification') {
        refuseForTexts(options);
        const texts = await evaluateClassifier(options);
        printResult(texts, options, () => classificationTables(texts));
        return;
      }
      const data = readCorpora(options.data);
      noteUnknownLabels(data.sentences, options);
      const training = options.train?.flatMap(readSentences);
      const tuning = options.tune?.flatMap(readSentences);
      const score = (folder: string) => scoreModel(folder, data, options, training, tuning);
      const first = await score(options.model);
      const result: EvaluationResult = first.scores;
      if (options.html) {
        const page = errorBrowser(options.model, first.examined, Object.keys(first.scores.spans));
        writeFileAtomically(options.html, page);
      }
      if (options.compare !== undefined) {
        const second = await score(options.compare);
        const differences = compareModels(first.counts, second.counts, options);
        result.comparison = { ...second.scores, differences };
      }
      printResult(result, options, () => evaluationTables(result));
    });
}

function refuseForTexts({ html, train, tokenThreshold, tune }: EvaluateOptions): void {
  const given = Object.entries({ html, train, 'token-threshold': tokenThreshold, tune });
  const other = given.find(([, value]) => value !== undefined);
  if (other)
    throw new InputError(`--${other[0]}: is for taggers, but the model is a classifier; leave it out`);
}

/** Reports labels of the data that the model lacks, with their mention counts; they are left out of all scores. */
function noteUnknownLabels(sentences: readonly Sentence[], { model, data, view }: EvaluateOptions): void {
  const labels = labelsInView(readConfiguration(model), view);
  const own = taggingTask.labelsOf(sentences);
  const unknown = own.filter((label) => !labels.includes(label));
  if (own.length > 0 && unknown.length === own.length)
    throw new InputError(
      `${data.join(', ')}: the data has the labels ${own.join(', ')}, and ${model} has ${labels.join(', ')}; they share none, so there is nothing to score; give data with labels of the model`,
    );
  if (unknown.length === 0) return;
  const counts = taggingTask.countLabels(sentences);
  const named = unknown.map((label) => `${label} (${counts.get(label) ?? 0})`).join(', ');
  const count = counted(unknown.length, 'label');
  const are = unknown.length === 1 ? 'is' : 'are';
  notice(
    `${count} of ${data.map((path) => basename(path)).join(', ')} ${are} unknown to the model and left out: ${named}`,
  );
}

/** Lists every input file, none of which may be overwritten. */
function inputsOf({ model, compare, data, train = [], tune = [] }: EvaluateOptions): string[] {
  const folders = compare === undefined ? [model] : [model, compare];
  return [...data, ...train, ...tune, ...folders.flatMap(filesOf)];
}

interface Corpora {
  sentences: Sentence[];
  /** For each sentence. */
  names: string[];
}

/** Names corpora after their files; by the whole path if two files have the same name. */
function readCorpora(paths: readonly string[]): Corpora {
  const short = paths.map((path) => basename(path, '.jsonl'));
  const corpora: Corpora = { sentences: [], names: [] };
  paths.forEach((path, index) => {
    const name = short.indexOf(short[index]) === short.lastIndexOf(short[index]) ? short[index] : path;
    for (const sentence of readSentences(path)) {
      corpora.sentences.push(sentence);
      corpora.names.push(name);
    }
  });
  if (corpora.sentences.length === 0)
    throw new InputError(`${paths.join(', ')}: no sentences to evaluate on; give a file that has some`);
  return corpora;
}

async function scoreModel(
  folder: string,
  { sentences, names }: Corpora,
  { tokenThreshold, view, resamples, seed }: EvaluateOptions,
  training?: readonly Sentence[],
  tuning?: readonly Sentence[],
): Promise<{ scores: ModelScores; counts: ArticleCounts; examined: ExaminedSentence[] }> {
  const model = await openModel(folder, view);
  try {
    const tokenizer = new Tokenizer(folder);
    const { configuration } = model;
    const run = async (title: string, texts: readonly Sentence[]) => {
      const progress = showProgress(title);
      const report = await evaluate(texts, tokenizer, model.score, configuration, (done) =>
        progress.update(done, texts.length, 'sentences'),
      );
      progress.end();
      return report;
    };
    let threshold: Threshold = tokenThreshold ?? configuration.threshold;
    if (tuning) {
      const outcomes = tokenOutcomes(
        onlyLabels(tuning, configuration.labels),
        (await run('Tuning', tuning)).tagged,
        configuration,
      );
      // A label without mentions in the dev sentences keeps the model's own threshold.
      const { labels } = configuration;
      threshold = mergeThresholds(
        labels,
        byLabel(labels, (label) => bestThreshold(outcomes[label])),
        configuration.threshold,
      );
    }
    const { tagged, ...report } = await run('Evaluating', sentences);
    const { details, counts } = detail(
      sentences,
      { tagged },
      { tagSet: configuration, tokenThreshold: threshold, corpora: names, training, resamples, seed },
    );
    const examined = sentences.map((sentence, index) => ({
      ...{ corpus: names[index], sentence, tagged: tagged[index] },
    }));
    return { scores: { model: folder, ...report, ...details }, counts, examined };
  } finally {
    await model.dispose();
  }
}
