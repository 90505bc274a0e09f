import { byLabel, describeJson, ENTITY_CLASSES, InputError, writeFileAtomically } from '../foundation';
import { isScheme, type LabelScheme, outputNames, type Threshold } from '../tokenization';
import { ARCHITECTURES, type EncoderType } from './architectures';
import {
  configurationPath,
  type EncoderConfiguration,
  type Json,
  parseEncoder,
  readConfigurationFile,
} from './encoder-configuration';
import type { Head, LabelOutcome } from './heads';

/** A tagger: an encoder, and how its outputs are to be read. */
export interface ModelConfiguration {
  encoder: EncoderConfiguration;
  scheme: LabelScheme;
  /** Longest window in tokens, `[CLS]` and `[SEP]` counted. */
  maximumLength: number;
  /** A label is given where its sigmoid exceeds this; in config.json a number, or an object with one for each class. */
  threshold: Threshold;
}

/** Tokens of a window: attention takes memory by their square. */
const LONGEST_WINDOW = 4096;

/** Reads the configuration of a tagger that this library saved. */
export const readConfiguration = (folder: string): ModelConfiguration => readTagger(folder).configuration;

/**
 * The row of each label of `savedLabels` in the file's head; undefined if they are in that order. Another program may have written the
 * same labels in another order.
 */
export const readLabelRows = (folder: string): number[] | undefined => readTagger(folder).rows;

function readTagger(folder: string): { configuration: ModelConfiguration; rows: number[] | undefined } {
  const config = readConfigurationFile(folder);
  const path = configurationPath(folder);
  const encoder = parseEncoder(config, folder);
  const isTagger = headKindOf(config, encoder) === 'tokens';
  const own = config.falconframes;
  if (typeof own !== 'object' || own === null) {
    throw new InputError(
      isTagger
        ? `${path}: is a tagger without our entry "falconframes", so that it is not known how its labels are to be read; train it anew, with this folder as the encoder of \`falconframes train\``
        : `${path}: has no "falconframes" entry, so this is an encoder and not a tagger; train it first`,
    );
  }
  const { scheme, maximum_length: maximumLength, threshold } = own as Json;
  if (!isTagger)
    throw new InputError(
      `${path}: "architectures" names ${describeJson(config.architectures)}; a tagger is a ${ARCHITECTURES[encoder.type].className}${CLASS_NAMES.tokens}`,
    );
  if (!isScheme(scheme)) {
    throw new InputError(
      `${path}: falconframes.scheme is ${describeJson(scheme)}; it must be "bio" or "token"`,
    );
  }
  const longest = Math.min(encoder.maximumPositions, LONGEST_WINDOW);
  if (
    typeof maximumLength !== 'number' ||
    !Number.isInteger(maximumLength) ||
    maximumLength < 3 ||
    maximumLength > longest
  ) {
    throw new InputError(`${path}: falconframes.maximum_length must lie between 3 and ${longest}`);
  }
  const rows = columnsOf(config, scheme, path);
  return {
    configuration: { encoder, scheme, maximumLength, threshold: readThreshold(threshold, path) },
    rows,
  };
}

/** @throws InputError if the labels are not those of the scheme */
function columnsOf(config: Json, scheme: LabelScheme, path: string): number[] | undefined {
  const labels = readLabels(config, path);
  const expected = savedLabels(scheme);
  const unknown = labels.find((label) => !expected.includes(label));
  if (unknown !== undefined || labels.length !== expected.length || new Set(labels).size !== labels.length)
    throw new InputError(
      `${path}: "id2label" ${unknown === undefined ? `lists ${labels.length} labels` : `has ${describeJson(unknown)}`}; the labels must be ${expected.join(', ')}, each once`,
    );
  const rows = expected.map((label) => labels.indexOf(label));
  return rows.every((row, index) => row === index) ? undefined : rows;
}

/** The labels of `id2label` in the order of their numbers, which must be 0, 1, 2 … */
function readLabels({ id2label }: Json, path: string): string[] {
  const entries = typeof id2label === 'object' && id2label !== null ? Object.entries(id2label) : [];
  const labels = new Array<string>(entries.length);
  for (const [number, label] of entries) {
    const place = Number(number);
    if (
      !/^\d+$/.test(number) ||
      place >= entries.length ||
      labels[place] !== undefined ||
      typeof label !== 'string'
    )
      throw new InputError(
        `${path}: "id2label" of ${describeJson(number)} is ${describeJson(label)}; it must give a name to each number from 0 on`,
      );
    labels[place] = label;
  }
  return labels;
}

/** Writes other thresholds into a tagger's config.json and leaves the rest as it is. */
export function writeThreshold(folder: string, threshold: Threshold): void {
  const config = readConfigurationFile(folder);
  const own = { ...(config.falconframes as Json), threshold };
  writeConfigurationFile(folder, { ...config, falconframes: own });
}

/** One number for all classes, or an object with one for each. */
function readThreshold(given: unknown, path: string): Threshold {
  const check = (value: unknown, place: string) => {
    if (typeof value === 'number' && value > 0 && value < 1) return value;
    throw new InputError(`${path}: falconframes.threshold${place} must lie between 0 and 1`);
  };
  if (typeof given !== 'object' || given === null) return check(given, '');
  return byLabel(ENTITY_CLASSES, (label) => check((given as Json)[label], ` of ${label}`));
}

/**
 * The labels of the saved head. `O` stands at index 0 with zero weights: its logit is always 0, sigmoid 0.5, so that an
 * ordinary softmax-argmax pipeline gives the tags that our sigmoids give at threshold 0.5.
 */
export function savedLabels(scheme: LabelScheme): string[] {
  return ['O', ...outputNames(scheme)];
}

const CLASS_NAMES: Record<Head['kind'], string> = {
  tokens: 'ForTokenClassification',
  sequence: 'ForSequenceClassification',
  vocabulary: 'ForMaskedLM',
};

/** The kind of head that the first of the `architectures` has; undefined for another network, or an encoder without a head. */
function headKindOf({ architectures }: Json, { type }: { type: EncoderType }): Head['kind'] | undefined {
  const name: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  const kinds = Object.keys(CLASS_NAMES) as Head['kind'][];
  return kinds.find((kind) => name === `${ARCHITECTURES[type].className}${CLASS_NAMES[kind]}`);
}

/** Reads what the head computes from the `architectures` of a config.json. */
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

/** Whether a folder holds a masked language model; encoders saved without any head do not. */
export function predictsWords(folder: string): boolean {
  const config = readConfigurationFile(folder);
  return headKindOf(config, parseEncoder(config, folder)) === 'vocabulary';
}

/** `problem_type`, by which Python's pipeline takes a softmax of a sequence's labels or a sigmoid of each. */
const PROBLEM_TYPES: Record<LabelOutcome, string> = {
  one: 'single_label_classification',
  several: 'multi_label_classification',
};

/** Writes config.json such that Python's transformers build the same network. @param own is our own, under `falconframes` */
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
  { encoder, scheme, maximumLength, threshold }: ModelConfiguration,
): void {
  const own = { scheme, maximum_length: maximumLength, threshold };
  writeNetworkConfiguration(folder, encoder, { kind: 'tokens', labels: savedLabels(scheme) }, { own });
}
