import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SparsityOptions } from '../compression';
import {
  countWeights,
  prunedTensors,
  pruneStructure,
  scoreFolder,
  scoreRateFor,
  sparsify,
} from '../compression';
import {
  byLabel,
  createRandom,
  formatCsv,
  InputError,
  projectRoot,
  readSentences,
  readTextFile,
  type Sentence,
  writeFileAtomically,
  writeSentences,
} from '../foundation';
import { type EncoderConfiguration, headsOfLayer, TokenClassifier } from '../nn';
import { taggingTask } from '../tasks';
import { DEFAULT_TRAINING, learn, readLessons, type TrainingReport } from '../training';
import type { PruningCase, PruningRow } from '../visualization';
import { ENTITY_CLASSES } from './views';

/** Path of the table of the study included in the project; it need not exist. */
export const pruningStudy = join(projectRoot, 'data', 'pruning', 'pruning.csv');

/** The cases of the study for an encoder, the cheap ones first. */
export function planPruningStudy(encoder: EncoderConfiguration): PruningCase[] {
  const layers = Array.from({ length: encoder.layers }, (_, layer) => layer);
  const heads = layers.reduce((sum, layer) => sum + headsOfLayer(encoder, layer), 0);
  const share = (shares: readonly number[], whole: number) =>
    [...new Set(shares.map((own) => Math.round(own * whole)))].filter((count) => count > 0);
  const cases = (method: PruningCase['method'], amounts: readonly number[], trained: boolean) =>
    amounts.map((amount): PruningCase => ({ method, amount, trained }));
  const most = (amounts: number[], limit: number) => amounts.filter((amount) => amount <= limit);
  const structure = (shares: readonly number[], trained: boolean) => [
    ...cases('heads', most(share(shares, heads), heads - encoder.layers), trained),
    ...cases('neurons', most(share(shares, encoder.intermediateSize), encoder.intermediateSize - 1), trained),
    ...cases('layers', most(share(shares, encoder.layers), encoder.layers - 1), trained),
  ];
  return [
    ...cases('dense', [0], false),
    ...cases('magnitude', [0.25, 0.5, 0.75, 0.9], false),
    ...structure([0.25, 0.5, 0.75], false),
    ...cases('dense', [0], true),
    ...structure([0.5, 0.75], true),
    ...cases('magnitude', [0.5, 0.75, 0.9], true),
    ...cases('movement', [0.5, 0.75, 0.9], true),
    ...cases('soft_movement', [100, 300, 1000], true),
  ];
}

export interface PruningStudy {
  model: string;
  train: string[];
  test: string[];
  /** Steps of each training run, and windows per step. */
  steps: number;
  batchSize: number;
  learningRate: number;
  /** Number of test sentences, sampled with the seed. */
  testSentences: number;
  /** Sentences for estimating the importance of structures. */
  pruneSentences: number;
  seed: number;
}

/**
 * Measures the median milliseconds per sentence of several folders alternately.
 */
export type MeasureLatency = (
  folders: readonly string[],
  sentences: readonly Sentence[],
) => Promise<number[]>;

/** Measures one case; intermediate files are written to the folder `scratch` and removed. */
export async function measurePruning(
  own: PruningCase,
  study: PruningStudy,
  scratch: string,
  measureLatency: MeasureLatency,
): Promise<PruningRow> {
  const started = performance.now();
  const { seed, steps, batchSize, learningRate } = study;
  const random = createRandom(seed);
  const pool = random.shuffle(study.train.flatMap(readSentences));
  const [drawn, dev] = divide(pool, steps * batchSize);
  const test = createRandom(seed).shuffle(study.test.flatMap(readSentences)).slice(0, study.testSentences);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const files = { train: join(scratch, 'train.jsonl'), dev: join(scratch, 'dev.jsonl') };
  writeSentences(files.train, drawn);
  writeSentences(files.dev, dev);
  const out = join(scratch, 'out');
  const options = {
    ...DEFAULT_TRAINING,
    loss: 'cross_entropy' as const,
    epochs: 1,
    batchSize,
    learningRate,
    seed,
  };
  const structural = ['heads', 'neurons', 'layers'].includes(own.method);
  try {
    let folder = study.model;
    if (structural) {
      folder = join(scratch, 'pruned');
      const counts = { layers: 0, heads: 0, neurons: 0, hidden: 0, [own.method]: own.amount };
      const { pruneSentences: sentences } = study;
      await pruneStructure(study.model, folder, {
        data: [files.train],
        sentences,
        seed,
        loss: 'cross_entropy',
        ...counts,
      });
    }
    const trainedSteps = own.trained ? await trainOn(folder, out) : 0;
    if (own.trained) folder = out;
    else if (own.method === 'magnitude') {
      const dense = TokenClassifier.load(study.model);
      const sparse = prunedTensors(dense.parameters.snapshot(), { ...sparsityOf(own, steps), learningRate });
      const { configuration } = dense;
      dense.dispose();
      const model = new TokenClassifier(configuration, study.model, sparse);
      model.save(out);
      model.dispose();
      folder = out;
    }
    const { spans, meanF1 } = await scoreFolder(folder, test);
    const file = join(folder, 'model.safetensors');
    const { layersKept, bitmask } = countWeights(file);
    const [medianMs, denseMedianMs] = structural
      ? await measureLatency([folder, study.model], test)
      : [null, null];
    return {
      ...own,
      remaining: layersKept / countWeights(join(study.model, 'model.safetensors')).layersKept,
      f1: byLabel(ENTITY_CLASSES, (label) => spans[label].f1),
      meanF1,
      megabytes: Math.min(statSync(file).size, bitmask) / 1e6,
      medianMs,
      denseMedianMs,
      steps: trainedSteps,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }

  /** Fine-tunes a folder, with sparsification if the method requires it, and returns the number of steps. */
  async function trainOn(folder: string, to: string): Promise<number> {
    const data = { ...options, train: [files.train], dev: [files.dev] };
    if (structural || own.method === 'dense') {
      const network = TokenClassifier.load(folder);
      const place = 'the study';
      const { labels } = network.configuration;
      const lessons = readLessons(taggingTask, data, { labels, place });
      try {
        const run = { task: taggingTask, configuration: data, lessons, network, folder: to };
        return stepsIn(await learn(run));
      } finally {
        network.dispose();
      }
    }
    const sparsity = sparsityOf(own, steps);
    const configuration = { ...data, sparsity };
    return stepsIn(await sparsify({ model: folder, configuration, place: 'the study', folder: to }));
  }
}

const stepsIn = ({ rows }: Pick<TrainingReport, 'rows'>): number =>
  rows.filter(({ kind }) => kind === 'step').length;

function sparsityOf({ method, amount }: PruningCase, steps: number): SparsityOptions {
  const soft = method === 'soft_movement';
  return {
    method: method as SparsityOptions['method'],
    sparsity: soft ? 0.5 : amount,
    penalty: soft ? amount : 0,
    begin: 0.1,
    end: 0.7,
    scoreRate: soft ? scoreRateFor(steps) : 0.01,
    headStart: 1.5,
    block: null,
  };
}

/** Splits into training sentences and a few with mentions for scoring the single epoch. */
function divide(pool: readonly Sentence[], count: number): [Sentence[], Sentence[]] {
  const dev = pool.filter(({ spans }) => spans.length > 0).slice(-32);
  if (dev.length === 0) throw new InputError('the training sentences have no mentions; give others');
  const held = new Set(dev);
  const drawn = pool.filter((sentence) => !held.has(sentence)).slice(0, count);
  if (drawn.length === 0) throw new InputError('there are too few training sentences; give at least two');
  return [drawn, dev];
}

const column = (label: string) => `f1 ${label}`;
const COLUMNS = [
  ...['method', 'amount', 'trained', 'remaining'],
  ...ENTITY_CLASSES.map(column),
  ...['mean_f1', 'megabytes', 'median_ms', 'dense_median_ms', 'steps', 'seconds'],
];

/** Formats the rows as CSV; missing figures are empty. */
export function writePruningRows(path: string, rows: readonly PruningRow[]): void {
  const lines = rows.map((row) => [
    ...[row.method, row.amount, row.trained, row.remaining],
    ...ENTITY_CLASSES.map((label) => row.f1[label]),
    ...[row.meanF1, row.megabytes, row.medianMs, row.denseMedianMs, row.steps, row.seconds],
  ]);
  writeFileAtomically(path, formatCsv([COLUMNS, ...lines]));
}

/**
 * Reads the existing rows of a study; none if the file does not exist.
 *
 * @throws InputError if the file is not a table of a pruning study
 */
export function readPruningRows(path: string): PruningRow[] {
  if (!existsSync(path)) return [];
  const [header, ...lines] = readTextFile(path).trim().split('\n');
  if (header !== COLUMNS.join(','))
    throw new InputError(
      `${path}: line 1 is not the header of a pruning study; create the file with the benchmark`,
    );
  return lines.map((line, index) => {
    const cells = line.split(',');
    if (cells.length !== COLUMNS.length)
      throw new InputError(`${path}, line ${index + 2}: not ${COLUMNS.length} cells; remove the line`);
    const cell = (name: string) => cells[COLUMNS.indexOf(name)];
    const number = (name: string) => (cell(name) === '' ? null : Number(cell(name)));
    return {
      method: cell('method') as PruningCase['method'],
      amount: Number(cell('amount')),
      trained: cell('trained') === 'true',
      remaining: Number(cell('remaining')),
      f1: Object.fromEntries(
        ENTITY_CLASSES.map((label) => [label, number(column(label))]),
      ) as PruningRow['f1'],
      meanF1: number('mean_f1'),
      megabytes: Number(cell('megabytes')),
      medianMs: number('median_ms'),
      denseMedianMs: number('dense_median_ms'),
      steps: Number(cell('steps')),
      seconds: Number(cell('seconds')),
    };
  });
}

/** The cases without a row. */
export function casesLeft(plan: readonly PruningCase[], rows: readonly PruningRow[]): PruningCase[] {
  const keyOf = ({ method, amount, trained }: PruningCase) => `${method} ${amount} ${trained}`;
  const done = new Set(rows.map(keyOf));
  return plan.filter((own) => !done.has(keyOf(own)));
}
