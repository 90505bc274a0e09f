import { dirname, normalize, resolve } from 'node:path';
import { describeJson, InputError, isLabel, parseJson, readTextFile } from '../foundation';
import { USED_BY } from '../tasks';
import {
  DEFAULT_TRAINING,
  TRAINING_SCHEMA,
  type TrainingConfiguration,
  type TrainingOptions,
} from './configuration-schema';
import { checkAgainst } from './schema';

export {
  DEFAULT_TRAINING,
  TRAINING_SCHEMA,
  type TrainingConfiguration,
  type TrainingOptions,
  trainingSchemaWith,
} from './configuration-schema';

/** Reads and checks a training configuration; omitted keys take their values from `DEFAULT_TRAINING`. */
export function readTrainingConfiguration(path: string): TrainingConfiguration {
  return configurationOfFile(readJson(path), path);
}

/** Checks the content of a configuration file at `path`; its files are relative to it. */
export function configurationOfFile(value: unknown, path: string): TrainingConfiguration {
  const configuration = completeConfiguration(value, path);
  const inFolder = (file: string) => resolve(dirname(path), file);
  return {
    ...configuration,
    train: configuration.train.map(inFolder),
    dev: configuration.dev.map(inFolder),
  };
}

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param place names the configuration in errors
 */
export function completeConfiguration(value: unknown, place: string): TrainingConfiguration {
  checkAgainst(TRAINING_SCHEMA, value, place);
  const configuration = withDefaults(value);
  const contradiction = contradictionIn(value, configuration);
  if (contradiction) throw new InputError(`${place}: ${contradiction}`);
  return configuration;
}

/** Fills in the defaults; that of the loss depends on the scheme. */
export function withDefaults<Keys extends Partial<TrainingConfiguration>>(
  given: Keys,
): typeof DEFAULT_TRAINING & Keys {
  const loss = isExclusive(given.scheme) ? 'cross_entropy' : DEFAULT_TRAINING.loss;
  return { ...DEFAULT_TRAINING, loss, ...given };
}

/** Returns the keys that a run with this loss and scheme does not use. */
export function unusedKeys({ loss, scheme }: Pick<TrainingConfiguration, 'loss' | 'scheme'>): string[] {
  const ofLosses = Object.entries(USED_BY).flatMap(([key, losses]) => (losses.includes(loss) ? [] : [key]));
  return isExclusive(scheme) ? ofLosses : [...ofLosses, 'words'];
}

const isExclusive = (scheme: string | undefined): boolean => scheme === 'exclusive';

/** Bytes of a configuration file. */
const LARGEST_FILE = 16 * 2 ** 20;

/** Reads any JSON file. */
export function readJson(path: string): unknown {
  try {
    return parseJson(readTextFile(path, LARGEST_FILE));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); correct the file`);
  }
}

export const MOST_EPOCHS = 10_000;

/** Describes keys that are valid individually but not together. @param given without those that have their default */
export function contradictionIn(
  given: Readonly<Record<string, unknown>>,
  configuration: TrainingConfiguration,
): string | undefined {
  const { loss, train, dev, scheme, words } = configuration;
  if (isExclusive(scheme) && loss !== 'cross_entropy')
    return `"loss" is "${loss}", which scores every label separately, but the labels of the scheme "exclusive" are mutually exclusive; leave "loss" out, or choose cross_entropy`;
  if (words !== DEFAULT_TRAINING.words && !isExclusive(scheme))
    return `"words" does nothing with the scheme "${scheme}"; leave it out, or choose exclusive`;
  const complaint = complaintAboutLabels(configuration);
  if (complaint) return complaint;
  for (const [key, losses] of Object.entries(USED_BY))
    if (Number(given[key]) > 0 && !losses.includes(loss))
      return `"${key}" does nothing with the loss "${loss}"; leave it out, or choose ${losses.join(' or ')}`;
  const ofOptions = contradictionInOptions(given, configuration);
  if (ofOptions) return ofOptions;
  const both = train.find((file) => dev.some((other) => normalize(other) === normalize(file)));
  if (both)
    return `${describeJson(both)} is in both "train" and "dev"; an epoch cannot be selected on its training data`;
  return undefined;
}

/** The same for the settings of the optimizer. */
export function contradictionInOptions(
  given: Readonly<Record<string, unknown>>,
  { averaging, patience, epochs, schedule, warmupShare }: TrainingOptions,
): string | undefined {
  if ('batchSize' in given && Number(given.batchTokens) > 0)
    return '"batchSize" and "batchTokens" both set the size of a batch; leave one of them out';
  if (epochs > MOST_EPOCHS) return `"epochs" is ${epochs}; choose ${MOST_EPOCHS} at most`;
  if (patience >= epochs)
    return `"patience" of ${patience} epochs cannot end a run of ${epochs}; make it smaller, or 0`;
  if (schedule !== 'constant' && warmupShare === 1)
    return '"warmupShare" of 1 leaves no step for the rate to decrease; make it smaller, or the schedule constant';
  if (averaging > 0 && averaging < 0.5)
    return `"averaging" of ${averaging} forgets at once; choose 0 for none, or a value such as 0.999`;
  return undefined;
}

/** Labels may have any name; if "labels" lists them, no other key may name others. */
function complaintAboutLabels({
  labels,
  classWeights,
  variations,
}: TrainingConfiguration): string | undefined {
  const known = new Set<string>();
  const twice = labels?.find((label) => known.size === known.add(label).size);
  if (twice !== undefined) return `"labels" lists ${describeJson(twice)} twice; leave one out`;
  const named = { labels, classWeights: Object.keys(classWeights), variations: Object.keys(variations) };
  for (const [key, names = []] of Object.entries(named)) {
    const wrong = names.find((name) => !isLabel(name));
    if (wrong !== undefined)
      return `"${key}" names ${describeJson(wrong)}, which is not a valid label; give a short text`;
    const unknown = labels && names.find((name) => !known.has(name));
    if (unknown !== undefined)
      return `"${key}" names ${describeJson(unknown)}, which "labels" does not list; correct one of the two`;
  }
  return undefined;
}
