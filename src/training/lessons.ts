import { counted, createRandom, InputError } from '../foundation';
import type { LabelNetwork } from '../nn';
import { OWN_LABELS, type Task } from '../tasks';
import type { TrainingConfiguration } from './configuration';

/** Data for training and evaluation of a run. */
export interface Lessons<Item> {
  /** Items of the files, and variations of them. */
  train: Item[];
  /** Number of variations in `train`. */
  varied: number;
  dev: Item[];
  labels: readonly string[];
  notices: string[];
}

export interface LessonOptions {
  /** The labels of an existing network; by default those of the configuration, else those of the training files. */
  labels?: readonly string[];
  /** Fraction of the training items, sampled with the seed; a smaller fraction is a subset of a larger one. */
  share?: number;
  /** Names the configuration in errors, for example its file. */
  place: string;
}

/**
 * Reads and checks the data of a configuration.
 *
 * @throws InputError for files that cannot be read, labels that differ between train and dev, and data that nothing can be learned
 * from
 */
export function readLessons<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  configuration: TrainingConfiguration,
  { share = 1, place, ...options }: LessonOptions,
): Lessons<Item> {
  const trainFiles = configuration.train.join(', ');
  const all = configuration.train.flatMap((file) => task.read(file));
  const dev = configuration.dev.flatMap((file) => task.read(file));
  const ofData = task.labelsOf(all);
  const labels = options.labels ?? configuration.labels ?? ofData;
  const notices = task.check(all, labels, configuration, trainFiles);
  refuseUnknown(
    task,
    all,
    labels,
    trainFiles,
    options.labels ? 'the model does not have' : 'is not among "labels"',
  );
  refuseUnknown(task, dev, labels, configuration.dev.join(', '), `no training ${SINGULAR[task.items]} has`);
  refuseForeignKeys(configuration, labels, place);
  const taken = takeShare(all, share, configuration.seed);
  const varied = task.vary(taken, configuration);
  notices.push(
    `${counted(taken.length, SINGULAR[task.items])} to train on${varied.length > 0 ? `, ${counted(varied.length, 'varied copy', 'varied copies')}` : ''}, ${dev.length} to select the epoch`,
  );
  return { train: [...taken, ...varied], varied: varied.length, dev, labels, notices };
}

const SINGULAR: Record<string, string> = { sentences: 'sentence', texts: 'text' };

/** @throws InputError if items have labels that are not trained, with their counts */
function refuseUnknown<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  items: readonly Item[],
  labels: readonly string[],
  place: string,
  why: string,
): void {
  const unknown = [...task.countLabels(items)].filter(([label]) => !labels.includes(label));
  if (unknown.length === 0) return;
  const named = unknown
    .slice(0, MOST_NAMED)
    .map(([label, count]) => `"${label}" (${count === 1 ? 'once' : `${count} times`})`);
  const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more labels` : '';
  throw new InputError(
    `${place}: has ${named.join(', ')}${more}, which ${why}; the labels are ${labels.slice(0, MOST_NAMED).join(', ')}${labels.length > MOST_NAMED ? ', …' : ''}: correct the file, or leave these out`,
  );
}

const MOST_NAMED = 10;

/** @throws InputError for a label in `classWeights`, `variations` or `views` that is not trained */
function refuseForeignKeys(
  { classWeights, variations, rewritten, views }: TrainingConfiguration,
  labels: readonly string[],
  place: string,
): void {
  const named = {
    classWeights: Object.keys(classWeights),
    variations: Object.keys(variations),
    rewritten,
  };
  for (const [key, own] of Object.entries(named))
    for (const label of own)
      if (!labels.includes(label))
        throw new InputError(
          `${place}: "${key}" names "${label}", which is not a label of the data; its labels are ${labels.join(', ')}`,
        );
  if (Object.hasOwn(views, OWN_LABELS))
    throw new InputError(
      `${place}: a view cannot be called "${OWN_LABELS}", which is reserved for the model's labels; rename it`,
    );
  for (const [name, classes] of Object.entries(views))
    for (const label of Object.values(classes).flat())
      if (!labels.includes(label))
        throw new InputError(
          `${place}: the view "${name}" has "${label}", which is not a label of the data; its labels are ${labels.join(', ')}`,
        );
}

/** Takes a fraction of the items in order, so that a run with all of them is unchanged. */
function takeShare<Item>(items: readonly Item[], share: number, seed: number): readonly Item[] {
  if (share === 1) return items;
  const count = Math.ceil(share * items.length);
  const chosen = new Set(createRandom(seed).shuffle(items).slice(0, count));
  return items.filter((item) => chosen.has(item));
}
