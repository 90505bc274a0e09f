import { describeJson, InputError } from '../foundation';
import { isScheme, SCHEMES, type TagSet, type Threshold, WORD_RULES, type WordRule } from '../tokenization';
import { configurationPath, type Json, parseEncoder, readConfigurationFile } from './encoder-configuration';
import { readLabels, readTagSet, refuseTwice, savedLabels } from './label-names';
import { CLASS_NAMES, headKindOf, PROBLEM_TYPES, writeNetworkConfiguration } from './network-configuration';
import { definitionOf, type EncoderConfiguration, type Head, type LabelOutcome } from './networks';
import { ownEntry, readMaximumLength, readThreshold, readViews, type Views } from './own-entry';

/** A tagger: an encoder, and the meaning of its outputs. */
export interface ModelConfiguration extends TagSet {
  encoder: EncoderConfiguration;
  /** Maximum window length in tokens, including the start and end token. */
  maximumLength: number;
  /** A label is assigned if its sigmoid exceeds this; in config.json a number, or an object with one per label. */
  threshold: Threshold;
  /** Views of the labels, by name; the first is the default. */
  views?: Views;
}

/** A text classifier: an encoder, and the labels of its head. */
export interface ClassifierConfiguration {
  encoder: EncoderConfiguration;
  /** In the order of the head's rows. */
  labels: readonly string[];
  outcome: LabelOutcome;
  /** Maximum number of tokens read from a text, including the start and end token. */
  maximumLength: number;
  /** If several labels may apply: a label is assigned if its sigmoid exceeds this. */
  threshold: Threshold;
}

/** The task that a model folder was trained for. */
export type TaskName = 'tagging' | 'classification' | 'masked-words';

const TASK_OF: Record<Head['kind'], TaskName> = {
  tokens: 'tagging',
  sequence: 'classification',
  vocabulary: 'masked-words',
};

/** Returns the task of a model folder; undefined for an encoder without a head. */
export function readTask(folder: string): TaskName | undefined {
  const config = readConfigurationFile(folder);
  const kind = headKindOf(config, parseEncoder(config, folder));
  return kind && TASK_OF[kind];
}

/**
 * Reads the configuration of a tagger. `id2label` determines the meaning of its outputs. A folder without our entry `falconframes`
 * is a tagger from another program: its labels are mutually exclusive, and it predicts per token.
 */
export const readConfiguration = (folder: string): ModelConfiguration => readTagger(folder).configuration;

/**
 * Returns the row of each of `savedLabels` in the file's head; undefined if they are in that order. Another program may have
 * written the same labels in another order.
 */
export const readLabelRows = (folder: string): number[] | undefined => readTagger(folder).rows;

function readTagger(folder: string): { configuration: ModelConfiguration; rows: number[] | undefined } {
  const config = readConfigurationFile(folder);
  const path = configurationPath(folder);
  const encoder = parseEncoder(config, folder);
  const kind = headKindOf(config, encoder);
  if (kind !== 'tokens') throw new InputError(`${path}: ${noTagger(config, encoder, kind)}`);
  const own = ownEntry(config, path);
  const scheme = own.scheme ?? 'exclusive';
  if (!isScheme(scheme))
    throw new InputError(
      `${path}: falconframes.scheme is ${describeJson(scheme)}; it must be one of ${SCHEMES.map((one) => `"${one}"`).join(', ')}`,
    );
  const { words } = own;
  if (words !== undefined && !(WORD_RULES as readonly unknown[]).includes(words))
    throw new InputError(
      `${path}: falconframes.words is ${describeJson(words)}; it must be one of ${WORD_RULES.join(', ')}`,
    );
  const { tagSet, rows } = readTagSet(readLabels(config, path), scheme, words as WordRule | undefined, path);
  return {
    configuration: {
      encoder,
      ...tagSet,
      maximumLength: readMaximumLength(own, encoder, path),
      threshold: readThreshold(own.threshold ?? 0.5, tagSet.labels, path),
      ...(own.views !== undefined && { views: readViews(own.views, tagSet.labels, path) }),
    },
    rows,
  };
}

function noTagger(
  { architectures }: Json,
  encoder: EncoderConfiguration,
  kind: Head['kind'] | undefined,
): string {
  return kind === 'sequence'
    ? 'is a text classifier, not a tagger; use `falconframes classify`, or name the folder of a tagger'
    : `"architectures" names ${describeJson(architectures)}, so this is an encoder, not a tagger (a ${definitionOf(encoder).className}${CLASS_NAMES.tokens}); train it first`;
}

/** Reads the configuration of a text classifier, ours or from another program. */
export function readClassifierConfiguration(folder: string): ClassifierConfiguration {
  const config = readConfigurationFile(folder);
  const path = configurationPath(folder);
  const encoder = parseEncoder(config, folder);
  const kind = headKindOf(config, encoder);
  if (kind === 'tokens')
    throw new InputError(
      `${path}: is a tagger, which marks mentions, not a text classifier; use \`falconframes annotate\`, or name the folder of a classifier`,
    );
  if (kind !== 'sequence')
    throw new InputError(
      `${path}: "architectures" names ${describeJson(config.architectures)}, so this is an encoder, not a classifier (a ${definitionOf(encoder).className}${CLASS_NAMES.sequence}); train it first`,
    );
  const own = ownEntry(config, path);
  const labels = readLabels(config, path);
  refuseTwice(labels, path);
  return {
    encoder,
    labels,
    outcome: readOutcome(config, labels, path),
    maximumLength: readMaximumLength(own, encoder, path),
    threshold: readThreshold(own.threshold ?? 0.5, labels, path),
  };
}

/** Python's pipeline applies a sigmoid if there is one label, or if `problem_type` says that several may apply. */
function readOutcome({ problem_type: problem }: Json, labels: readonly string[], path: string): LabelOutcome {
  if (problem === 'regression')
    throw new InputError(
      `${path}: "problem_type" is "regression": it predicts a number, not a label; name the folder of a classifier`,
    );
  return labels.length === 1 || problem === PROBLEM_TYPES.several ? 'several' : 'one';
}

/** Writes the config.json of a tagger. */
export function writeConfiguration(
  folder: string,
  { encoder, maximumLength, threshold, views, ...tagSet }: ModelConfiguration,
): void {
  const { scheme, words } = tagSet;
  const own = {
    task: 'tagging',
    scheme,
    ...(words && { words }),
    maximum_length: maximumLength,
    threshold,
    ...(views && { views }),
  };
  writeNetworkConfiguration(folder, encoder, { kind: 'tokens', labels: savedLabels(tagSet) }, { own });
}

/** Writes the config.json of a text classifier. */
export function writeClassifierConfiguration(
  folder: string,
  { encoder, labels, outcome, maximumLength, threshold }: ClassifierConfiguration,
): void {
  const own = { task: 'classification', maximum_length: maximumLength, threshold };
  writeNetworkConfiguration(folder, encoder, { kind: 'sequence', labels }, { own, outcome });
}
