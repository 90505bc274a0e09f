import { byLabel, describeJson, InputError, isJsonObject, isLabel, writeFileAtomically } from '../foundation';
import {
  isScheme,
  type LabelScheme,
  outputNames,
  parseTag,
  SCHEMES,
  type TagSet,
  type Threshold,
  WORD_RULES,
  type WordRule,
} from '../tokenization';
import { ARCHITECTURES, type EncoderType } from './architectures';
import {
  configurationPath,
  type EncoderConfiguration,
  type Json,
  parseEncoder,
  readConfigurationFile,
} from './encoder-configuration';
import type { Head, LabelOutcome } from './heads';

/** Classes shown to the user, each with its labels of the model. */
export type ViewClasses = Readonly<Record<string, readonly string[]>>;

/** A tagger: an encoder, and the meaning of its outputs. */
export interface ModelConfiguration extends TagSet {
  encoder: EncoderConfiguration;
  /** Maximum window length in tokens, including `[CLS]` and `[SEP]`. */
  maximumLength: number;
  /** A label is assigned if its sigmoid exceeds this; in config.json a number, or an object with one per label. */
  threshold: Threshold;
  /** Views of the labels, by name; the first is the default. */
  views?: Readonly<Record<string, ViewClasses>>;
}

/** A text classifier: an encoder, and the labels of its head. */
export interface ClassifierConfiguration {
  encoder: EncoderConfiguration;
  /** In the order of the head's rows. */
  labels: readonly string[];
  outcome: LabelOutcome;
  /** Maximum number of tokens read from a text, including `[CLS]` and `[SEP]`. */
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

/** Tokens in a window: the memory of attention is quadratic in it. */
const LONGEST_WINDOW = 4096;

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
  if (kind !== 'tokens') throw new InputError(`${path}: ${noTagger(config, encoder.type, kind)}`);
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

function noTagger({ architectures }: Json, type: EncoderType, kind: Head['kind'] | undefined): string {
  return kind === 'sequence'
    ? 'is a text classifier, not a tagger; use `falconframes classify`, or name the folder of a tagger'
    : `"architectures" names ${describeJson(architectures)}, so this is an encoder, not a tagger (a ${ARCHITECTURES[type].className}${CLASS_NAMES.tokens}); train it first`;
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
      `${path}: "architectures" names ${describeJson(config.architectures)}, so this is an encoder, not a classifier (a ${ARCHITECTURES[encoder.type].className}${CLASS_NAMES.sequence}); train it first`,
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

/** Returns our entry; empty for a folder from another program. */
function ownEntry({ falconframes: own = {} }: Json, path: string): Json {
  if (!isJsonObject(own))
    throw new InputError(
      `${path}: "falconframes" is ${describeJson(own)}; it must be an object, restore the file`,
    );
  return own;
}

function readMaximumLength(own: Json, { maximumPositions }: EncoderConfiguration, path: string): number {
  const longest = Math.min(maximumPositions, LONGEST_WINDOW);
  const { maximum_length: length = longest } = own;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 3 || length > longest)
    throw new InputError(`${path}: falconframes.maximum_length must be between 3 and ${longest}`);
  return length;
}

/** Returns the labels that `id2label` names in a scheme, and the row of each of `savedLabels` if they are in another order. */
function readTagSet(
  names: readonly string[],
  scheme: LabelScheme,
  words: WordRule | undefined,
  path: string,
): { tagSet: TagSet; rows: number[] | undefined } {
  refuseTwice(names, path);
  const labels =
    scheme === 'token'
      ? names.filter((name) => name !== 'O')
      : [...new Set(names.map((name) => parseTag(name).label))].filter((label) => label !== '');
  if (labels.length === 0)
    throw new InputError(
      `${path}: "id2label" names no label but ${names.join(', ') || 'none at all'}; give the labels that the model was trained on`,
    );
  const tagSet: TagSet = { scheme, labels, ...(scheme === 'exclusive' && words && { words }) };
  const expected = savedLabels(tagSet);
  const missing = expected.find((name) => !names.includes(name));
  if (missing === undefined && names.length === expected.length) {
    const rows = expected.map((name) => names.indexOf(name));
    return { tagSet, rows: rows.every((row, index) => row === index) ? undefined : rows };
  }
  if (scheme === 'exclusive') return { tagSet: { ...tagSet, tags: names }, rows: undefined };
  const extra = names.find((name) => !expected.includes(name));
  throw new InputError(
    `${path}: "id2label" ${missing === undefined ? `has ${describeJson(extra)}` : `lacks ${describeJson(missing)}`}; in the scheme "${scheme}" the rows of its labels are ${expected.join(', ')}, each once`,
  );
}

function refuseTwice(names: readonly string[], path: string): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new InputError(
      `${path}: "id2label" names ${describeJson(twice)} twice; each row needs a distinct name`,
    );
}

/** Returns the labels of `id2label` in the order of their numbers, which must be 0, 1, 2 …; Python's defaults if it is absent. */
function readLabels({ id2label, num_labels: count }: Json, path: string): string[] {
  if (id2label === undefined) {
    const rows =
      count === undefined ? 2 : Number.isSafeInteger(count) ? Math.min(Number(count), MOST_LABELS) : 0;
    return Array.from({ length: rows }, (_, row) => `LABEL_${row}`);
  }
  const entries = typeof id2label === 'object' && id2label !== null ? Object.entries(id2label) : [];
  const labels = new Array<string>(entries.length);
  for (const [number, label] of entries) {
    const place = Number(number);
    if (!/^\d+$/.test(number) || place >= entries.length || labels[place] !== undefined || !isLabel(label))
      throw new InputError(
        `${path}: "id2label" of ${describeJson(number)} is ${describeJson(label)}; it must give a name to each number from 0 on`,
      );
    labels[place] = label;
  }
  if (labels.length === 0)
    throw new InputError(`${path}: "id2label" names no label; give a name to each row of the head`);
  return labels;
}

const MOST_LABELS = 100_000;

/** Replaces the thresholds in a model's config.json and leaves the rest unchanged. */
export const writeThreshold = (folder: string, threshold: Threshold): void =>
  writeOwnEntry(folder, { threshold });

/** Adds keys to our entry in a model's config.json and leaves the rest unchanged. */
export function writeOwnEntry(folder: string, keys: Json): void {
  const config = readConfigurationFile(folder);
  const own = { ...ownEntry(config, configurationPath(folder)), ...keys };
  writeConfigurationFile(folder, { ...config, falconframes: own });
}

/** Returns a key of our entry, unchecked. */
export function readOwnEntry(folder: string, key: string): unknown {
  return ownEntry(readConfigurationFile(folder), configurationPath(folder))[key];
}

/** Reads one number for all labels, or an object with one per label. */
function readThreshold(given: unknown, labels: readonly string[], path: string): Threshold {
  const check = (value: unknown, place: string) => {
    if (typeof value === 'number' && value > 0 && value < 1) return value;
    throw new InputError(`${path}: falconframes.threshold${place} must be between 0 and 1`);
  };
  if (!isJsonObject(given)) return check(given, '');
  return byLabel(labels, (label) =>
    check(Object.hasOwn(given, label) ? given[label] : undefined, ` of ${label}`),
  );
}

function readViews(given: unknown, labels: readonly string[], path: string): ModelConfiguration['views'] {
  const fail = (what: string): never => {
    throw new InputError(`${path}: falconframes.views ${what}`);
  };
  if (!isJsonObject(given)) return fail('must be an object with the classes of each view; correct it');
  for (const [name, classes] of Object.entries(given)) {
    if (!isJsonObject(classes))
      return fail(`of "${name}" must be an object with the labels of each class; correct it`);
    for (const [own, made] of Object.entries(classes)) {
      if (!isLabel(own) || !Array.isArray(made))
        return fail(`of "${name}" must list the labels of ${describeJson(own)}`);
      const unknown = made.find((label) => !labels.includes(label as string));
      if (unknown !== undefined)
        return fail(
          `of "${name}" has ${describeJson(unknown)}, which is not a label of the model; its labels are ${labels.join(', ')}`,
        );
    }
  }
  return given as ModelConfiguration['views'];
}

/**
 * Returns the labels of the saved head. If labels may overlap, `O` is at index 0 with zero weights: its logit is always 0, sigmoid
 * 0.5, so an ordinary softmax-argmax pipeline produces the tags of our sigmoids at threshold 0.5. An exclusive tagger has learned
 * its `O`.
 */
export function savedLabels(tagSet: TagSet): readonly string[] {
  return tagSet.scheme === 'exclusive' ? outputNames(tagSet) : ['O', ...outputNames(tagSet)];
}

const CLASS_NAMES: Record<Head['kind'], string> = {
  tokens: 'ForTokenClassification',
  sequence: 'ForSequenceClassification',
  vocabulary: 'ForMaskedLM',
};

/** Returns the kind of head of the first of the `architectures`; undefined for another network, or an encoder without a head. */
function headKindOf({ architectures }: Json, { type }: { type: EncoderType }): Head['kind'] | undefined {
  const name: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  const kinds = Object.keys(CLASS_NAMES) as Head['kind'][];
  return kinds.find((kind) => name === `${ARCHITECTURES[type].className}${CLASS_NAMES[kind]}`);
}

/** Reads the kind of head from the `architectures` in a config.json. */
export function readHead(folder: string): Head {
  const config = readConfigurationFile(folder);
  const path = configurationPath(folder);
  const encoder = parseEncoder(config, folder);
  const kind = headKindOf(config, encoder);
  if (!kind) {
    const names = Object.values(CLASS_NAMES).map((ending) => ARCHITECTURES[encoder.type].className + ending);
    throw new InputError(
      `${path}: "architectures" names ${describeJson(config.architectures)}; a model must be one of ${names.join(', ')}`,
    );
  }
  if (kind !== 'vocabulary') return { kind, labels: readLabels(config, path) };
  if (config.tie_word_embeddings === false)
    throw new InputError(
      `${path}: "tie_word_embeddings" is false; only masked language models that predict words by their embeddings are known`,
    );
  return { kind };
}

/** Returns whether a folder contains a masked language model; encoders saved without any head do not. */
export function predictsWords(folder: string): boolean {
  const config = readConfigurationFile(folder);
  return headKindOf(config, parseEncoder(config, folder)) === 'vocabulary';
}

/** Values of `problem_type`, from which Python's pipeline chooses a softmax over a sequence's labels or a sigmoid for each. */
const PROBLEM_TYPES: Record<LabelOutcome, string> = {
  one: 'single_label_classification',
  several: 'multi_label_classification',
};

/** Writes config.json so that Python's transformers build the same network. @param own our entry, under `falconframes` */
export function writeNetworkConfiguration(
  folder: string,
  encoder: EncoderConfiguration,
  head: Head,
  { own, outcome }: { own?: Json; outcome?: LabelOutcome } = {},
): void {
  const labels = head.kind === 'vocabulary' ? [] : head.labels;
  const { className, keys } = ARCHITECTURES[encoder.type];
  const config: Json = {
    architectures: [`${className}${CLASS_NAMES[head.kind]}`],
    model_type: encoder.type,
    vocab_size: encoder.vocabularySize,
    ...(keys.embeddingSize && { [keys.embeddingSize]: encoder.embeddingSize }),
    [keys.hiddenSize]: encoder.hiddenSize,
    [keys.layers]: encoder.layers,
    [keys.attentionHeads]: encoder.attentionHeads,
    ...(encoder.prunedHeads && { pruned_heads: encoder.prunedHeads }),
    [keys.intermediateSize]: encoder.intermediateSize,
    [keys.activation]: 'gelu',
    max_position_embeddings: encoder.maximumPositions,
    ...(keys.tokenTypes && { [keys.tokenTypes]: encoder.tokenTypes }),
    ...(keys.layerNormEpsilon && { [keys.layerNormEpsilon]: encoder.layerNormEpsilon }),
    [keys.hiddenDropout]: encoder.hiddenDropout,
    [keys.attentionDropout]: encoder.attentionDropout,
    [keys.sequenceDropout]: encoder.sequenceDropout,
    pad_token_id: 0,
    position_embedding_type: 'absolute',
    ...(labels.length > 0 && {
      id2label: Object.fromEntries(labels.map((label, index) => [index, label])),
      label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    }),
    ...(head.kind === 'sequence' && outcome && { problem_type: PROBLEM_TYPES[outcome] }),
    ...(own && { falconframes: own }),
  };
  writeConfigurationFile(folder, config);
}

function writeConfigurationFile(folder: string, config: Json): void {
  writeFileAtomically(configurationPath(folder), `${JSON.stringify(config, null, 2)}\n`);
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
