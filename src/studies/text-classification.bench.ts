/**
 * `npm run bench -- text-classification --train FILE --test FILE [--encoder NAME] [--seeds N] [--epochs N] [--batch-size N]
 * [--learning-rate R] [--maximum-length N] [--teacher FOLDER --alpha A --temperature T] [--paired] [--json]`: whether `fineTune` classifies
 * texts as well as PyTorch, and how long both take.
 *
 * Both fine-tune the same encoder on the same JSONL file of texts with one label each, with one recipe: AdamW, warm-up and linear
 * decrease, weight decay, clipping and the encoder's dropout, in 32-bit floats, one process. The model of the last epoch is scored
 * on the test file: nothing is selected. With a teacher, a folder of `keepSoftTargets` that answers all training texts, both distil: the
 * loss is A times that of the labels and 1 - A times the divergence from the teacher at T (Hinton et al. 2015). Seeds are 1 to N (3); the
 * two take turns. The interval of the difference of mean accuracies is Student's, over seeds: it covers the chance of training, not that
 * of the choice of test texts. Seconds are those of the steps.
 *
 * PyTorch (environment/bench/torch_classification.py) reads, tokenizes, initializes and shuffles by itself. Both form batches at random,
 * which our default does not; `npm run bench -- training` compares the speed on equal batches.
 *
 * With `--paired`, which takes no teacher, chance is left out: both start with the same head and see the same batches without dropout, so that they differ
 * by rounding alone. The share of test texts with the same label is reported too.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPeer } from '../benchmark';
import { CONFIDENCE, studentT } from '../evaluation';
import {
  InputError,
  type LabelledText,
  labelledTextLine,
  readLabelledTexts,
  showProgress,
} from '../foundation';
import { fetchEncoder, SequenceClassifier } from '../nn';
import { evaluateTexts } from '../tasks';
import { Tokenizer } from '../tokenization';
import { batchesOfEpoch, completeConfiguration, DEFAULT_TRAINING, LAST, secondsOf } from '../training';
import { type Mixture, mixtureOf } from './intents';
import { trainTrial } from './trials';

/** One run of one side. */
interface Outcome {
  accuracy: number;
  seconds: number;
}

/** One side's answer: the label of each test text, and the time of the steps. */
interface Answer {
  labels: string[];
  seconds: number;
}

/** What PyTorch is asked for; in paired runs with the folder to start from, and with the rows of each epoch's batches. */
interface Question {
  seed: number;
  start?: { folder: string; epochs: number[][][] };
}

interface Options {
  encoder: string;
  train: string;
  test: string;
  seeds: number[];
  recipe: { epochs: number; batchSize: number; learningRate: number; maximumLength: number };
  distillation?: Mixture & { teacher: string };
  paired: boolean;
}

function readOptions(): Options & { json: boolean } {
  const defaults = DEFAULT_TRAINING;
  const { values } = parseArgs({
    options: {
      encoder: { type: 'string', default: defaults.encoder },
      train: { type: 'string' },
      test: { type: 'string' },
      seeds: { type: 'string', default: '3' },
      epochs: { type: 'string', default: String(defaults.epochs) },
      'batch-size': { type: 'string', default: String(defaults.batchSize) },
      'learning-rate': { type: 'string', default: String(defaults.learningRate) },
      'maximum-length': { type: 'string', default: String(defaults.maximumLength) },
      teacher: { type: 'string' },
      alpha: { type: 'string', default: '0.5' },
      temperature: { type: 'string', default: '2' },
      paired: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { train, test, seeds, json, encoder, epochs, teacher, paired } = values;
  if (train === undefined || test === undefined)
    throw new InputError('--train or --test is missing; give a JSONL file of texts with a label to each');
  if (paired && teacher !== undefined)
    throw new InputError('--paired compares trainings on labels alone; leave --teacher out');
  const count = Number(seeds);
  if (!Number.isInteger(count) || count < 1)
    throw new InputError(`--seeds is ${seeds}; give the number of runs, such as 3`);
  return {
    ...{ encoder, train, test, json, paired, seeds: Array.from({ length: count }, (_, index) => index + 1) },
    recipe: {
      epochs: Number(epochs),
      batchSize: Number(values['batch-size']),
      learningRate: Number(values['learning-rate']),
      maximumLength: Number(values['maximum-length']),
    },
    ...(teacher !== undefined && {
      distillation: { teacher, alpha: Number(values.alpha), temperature: Number(values.temperature) },
    }),
  };
}

/** Texts with one label each. */
function readTexts(file: string): LabelledText[] {
  const texts = readLabelledTexts(file);
  if (!file.endsWith('.jsonl') || texts.some(({ several }) => several))
    throw new InputError(`${file}: is not a JSONL file of texts with one "label" each; convert it first`);
  return texts;
}

/** Saves the network with which a paired run starts, and lists the rows of its batches. */
function prepareStart(
  { encoder, recipe }: Options,
  texts: readonly LabelledText[],
  folder: string,
  seed: number,
): Question['start'] {
  const { epochs, batchSize, maximumLength } = recipe;
  const classifier = { labels: labelsOf(texts), outcome: 'one' as const, maximumLength, threshold: 0.5 };
  const model = SequenceClassifier.fromEncoder(encoder, classifier, seed);
  try {
    model.save(folder);
  } finally {
    model.dispose();
  }
  const rows = texts.map((_, row) => ({ row, inputIds: new Int32Array() }));
  const options = { batching: 'random' as const, batchSize, batchTokens: null };
  const batches = (epoch: number) =>
    batchesOfEpoch(rows, options, seed, epoch).map((batch) => batch.map(({ row }) => row));
  return { folder, epochs: Array.from({ length: epochs }, (_, index) => batches(index + 1)) };
}

const labelsOf = (texts: readonly LabelledText[]): string[] =>
  [...new Set(texts.flatMap(({ labels }) => labels))].sort();

/** @param dev a file that no result depends on, since the last epoch counts */
async function runOurs(
  options: Options,
  texts: Record<'train' | 'test', LabelledText[]>,
  dev: string,
  out: string,
  seed: number,
): Promise<Answer> {
  const { encoder, train, recipe, distillation, paired } = options;
  const name = `Ours, seed ${seed}`;
  const training = {
    ...{ encoder, train: [train], dev: [dev], seed, batching: 'random' as const, ...recipe },
    ...(paired && { dropout: 0, labels: labelsOf(texts.train) }),
  };
  const { rows } = await trainTrial(
    { name, ...training, ...(distillation && mixtureOf(distillation, distillation.teacher)) },
    completeConfiguration(training, name),
    encoder,
    {
      ...{ folder: out, replicas: 1, precision: 'float32' },
      ...{ progress: showProgress(name), onNotice: console.error },
    },
  );
  const last = join(out, LAST);
  const model = SequenceClassifier.load(existsSync(last) ? last : out);
  try {
    const tokenizer = new Tokenizer(model.source);
    const { answers } = await evaluateTexts(texts.test, tokenizer, model.score, model.configuration);
    const steps = rows.filter((row) => row.kind === 'step');
    return { labels: answers.map(({ given }) => given[0]), seconds: secondsOf(steps) };
  } finally {
    model.dispose();
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Difference of two means, of runs or of pairs of runs, with its interval; null for one seed, which shows no spread. */
function compare(ours: readonly number[], theirs: readonly number[], paired: boolean) {
  const runs = ours.length;
  const difference = mean(ours) - mean(theirs);
  if (runs < 2) return { difference, interval: null };
  const variance = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (runs - 1);
  const differences = ours.map((value, run) => value - theirs[run]);
  const spread = paired ? variance(differences) : variance(ours) + variance(theirs);
  const reach = studentT((paired ? 1 : 2) * (runs - 1), CONFIDENCE) * Math.sqrt(spread / runs);
  return { difference, interval: [difference - reach, difference + reach] };
}

async function main(): Promise<void> {
  const { json, ...options } = readOptions();
  const { seeds, recipe, paired } = options;
  const texts = { train: readTexts(options.train), test: readTexts(options.test) };
  const { train, test } = texts;
  const encoder = await fetchEncoder(options.encoder);
  const local = { ...options, encoder };
  const { weightDecay, warmupShare, clipNorm } = DEFAULT_TRAINING;
  const whole = {
    ...{ ...recipe, weightDecay, warmupShare, clipNorm, ...options.distillation },
    ...(paired && { dropout: 0 }),
  };
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-text-classification-'));
  const [settings, dev] = ['settings.json', 'dev.jsonl'].map((name) => join(scratch, name));
  writeFileSync(settings, JSON.stringify(whole));
  writeFileSync(dev, train.slice(0, 20).map(labelledTextLine).join('\n'));
  const outcomeOf = ({ labels, seconds }: Answer): Outcome => ({
    accuracy: mean(test.map((text, index) => Number(text.labels[0] === labels[index]))),
    seconds,
  });
  const runs: { seed: number; ours: Outcome; torch: Outcome; same: number }[] = [];
  const files = [encoder, options.train, options.test, settings];
  const python = await startPeer<Record<string, string>, Question, Answer>('torch_classification.py', files);
  try {
    for (const seed of seeds) {
      const start = paired ? prepareStart(local, train, join(scratch, 'start'), seed) : undefined;
      const ours = await runOurs(local, texts, dev, join(scratch, 'run'), seed);
      const torch = await python.ask({ seed, start });
      const same = mean(ours.labels.map((label, index) => Number(label === torch.labels[index])));
      runs.push({ seed, ours: outcomeOf(ours), torch: outcomeOf(torch), same });
      console.error(JSON.stringify(runs.at(-1)));
    }
  } finally {
    await python.end();
    rmSync(scratch, { recursive: true });
  }
  const valuesOf = (what: keyof Outcome) => ({
    ours: runs.map(({ ours }) => ours[what]),
    torch: runs.map(({ torch }) => torch[what]),
  });
  const [accuracies, seconds] = [valuesOf('accuracy'), valuesOf('seconds')];
  const { difference, interval } = compare(accuracies.ours, accuracies.torch, paired);
  const ratio = mean(seconds.ours) / mean(seconds.torch);
  const sizes = { train: train.length, test: test.length };
  if (json) {
    const report = {
      ...python.greeting,
      encoder: options.encoder,
      texts: sizes,
      paired,
      recipe: whole,
      runs,
    };
    console.log(JSON.stringify({ ...report, difference, interval, seconds_ratio: ratio }));
    return;
  }
  console.log(
    `${options.encoder}, transformers ${python.greeting.transformers}, PyTorch ${python.greeting.torch}; texts ${JSON.stringify(sizes)}; recipe ${JSON.stringify(whole)}`,
  );
  const rowOf = (seed: number | string, ours: Outcome, torch: Outcome) => ({
    seed,
    'accuracy, ours': ours.accuracy.toFixed(4),
    'accuracy, PyTorch': torch.accuracy.toFixed(4),
    'seconds, ours': ours.seconds.toFixed(1),
    'seconds, PyTorch': torch.seconds.toFixed(1),
  });
  const meanOf = (side: 'ours' | 'torch') => ({
    accuracy: mean(accuracies[side]),
    seconds: mean(seconds[side]),
  });
  console.table([
    ...runs.map(({ seed, ours, torch }) => rowOf(seed, ours, torch)),
    rowOf('mean', meanOf('ours'), meanOf('torch')),
  ]);
  const spread = interval
    ? `95% interval over seeds ${interval.map((bound) => bound.toFixed(4)).join(' to ')}`
    : 'no interval from one seed';
  console.log(
    `Mean accuracy, ours minus PyTorch: ${difference.toFixed(4)} (${spread}); ours takes ${ratio.toFixed(2)} times the seconds`,
  );
  if (paired)
    console.log(
      `Same head, same batches, no dropout: the same label for ${(100 * mean(runs.map(({ same }) => same))).toFixed(1)} % of the test texts`,
    );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
