import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byClass, InputError, writeFileAtomically } from '../foundation';
import { isScheme, type LabelScheme, outputNames, type Threshold } from '../tokenization';
import { ARCHITECTURES, type EncoderType, isEncoderType } from './architectures';
import type { Head, LabelOutcome } from './heads';

/** The shape of an encoder, with the names of BERT's config.json in camel case and abbreviations spelled out. */
export interface EncoderConfiguration {
  type: EncoderType;
  vocabularySize: number;
  /** Width of the embeddings: the hidden size, but in ELECTRA. */
  embeddingSize: number;
  hiddenSize: number;
  layers: number;
  attentionHeads: number;
  /** Heads that a layer has lost, by their numbers among `attentionHeads`; layers that are not named have all. */
  prunedHeads?: Readonly<Record<number, readonly number[]>>;
  intermediateSize: number;
  maximumPositions: number;
  /** 0 where the architecture has none. */
  tokenTypes: number;
  layerNormEpsilon: number;
  hiddenDropout: number;
  attentionDropout: number;
  /** In the head of a sequence classifier. */
  sequenceDropout: number;
}

/** A tagger: an encoder, and how its outputs are to be read. */
export interface ModelConfiguration {
  encoder: EncoderConfiguration;
  scheme: LabelScheme;
  /** Longest window in tokens, `[CLS]` and `[SEP]` counted. */
  maximumLength: number;
  /** A label is given where its sigmoid exceeds this; in config.json a number, or an object with one for each class. */
  threshold: Threshold;
}

type Json = Record<string, unknown>;

function readConfigurationFile(folder: string): Json {
  const path = join(folder, 'config.json');
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new InputError(
      `${folder}: not a model folder, config.json cannot be read; name the folder of a trained or pretrained model`,
    );
  }
  try {
    return JSON.parse(content) as Json;
  } catch (error) {
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); restore the file`);
  }
}

/** Reads the encoder's shape from a Hugging Face config.json. */
export function readEncoderConfiguration(folder: string): EncoderConfiguration {
  return parseEncoder(readConfigurationFile(folder), folder);
}

function parseEncoder(config: Json, folder: string): EncoderConfiguration {
  const path = join(folder, 'config.json');
  const type = config.model_type;
  if (!isEncoderType(type)) {
    throw new InputError(
      `${path}: the model type is "${type}"; known are ${Object.keys(ARCHITECTURES).join(', ')}`,
    );
  }
  const { keys } = ARCHITECTURES[type];
  if (config[keys.activation] !== 'gelu') {
    throw new InputError(`${path}: the activation is "${config[keys.activation]}"; only "gelu" is known`);
  }
  const whole = (key: string): number => {
    const value = config[key];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw new InputError(
        `${path}: "${key}" must be a whole number above 0, found ${JSON.stringify(value)}`,
      );
    }
    return value;
  };
  const share = (key: string, otherwise: number): number => {
    const value = config[key] ?? otherwise;
    if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
      throw new InputError(
        `${path}: "${key}" must be a number from 0 to below 1, found ${JSON.stringify(value)}`,
      );
    }
    return value;
  };
  const hiddenSize = whole(keys.hiddenSize);
  const hiddenDropout = share(keys.hiddenDropout, 0.1);
  const encoder: EncoderConfiguration = {
    type,
    vocabularySize: whole('vocab_size'),
    embeddingSize: keys.embeddingSize ? whole(keys.embeddingSize) : hiddenSize,
    hiddenSize,
    layers: whole(keys.layers),
    attentionHeads: whole(keys.attentionHeads),
    intermediateSize: whole(keys.intermediateSize),
    maximumPositions: whole('max_position_embeddings'),
    tokenTypes: keys.tokenTypes ? whole(keys.tokenTypes) : 0,
    layerNormEpsilon: Number((keys.layerNormEpsilon && config[keys.layerNormEpsilon]) ?? 1e-12),
    hiddenDropout,
    attentionDropout: share(keys.attentionDropout, 0.1),
    sequenceDropout: share(keys.sequenceDropout, hiddenDropout),
  };
  if (encoder.hiddenSize % encoder.attentionHeads !== 0) {
    throw new InputError(
      `${path}: ${encoder.attentionHeads} attention heads do not divide a hidden size of ${encoder.hiddenSize}`,
    );
  }
  const prunedHeads = parsePrunedHeads(config.pruned_heads, encoder, path);
  return prunedHeads ? { ...encoder, prunedHeads } : encoder;
}

/** `pruned_heads` as transformers before 5 writes and reads it: lists of heads by layer. */
function parsePrunedHeads(
  value: unknown,
  { layers, attentionHeads }: EncoderConfiguration,
  path: string,
): EncoderConfiguration['prunedHeads'] {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  const isBelow = (limit: number) => (number: unknown) =>
    Number.isInteger(number) && (number as number) >= 0 && (number as number) < limit;
  for (const [layer, heads] of entries) {
    const fits = isBelow(layers)(Number(layer)) && Array.isArray(heads);
    if (!fits || !heads.every(isBelow(attentionHeads)) || new Set(heads).size !== heads.length)
      throw new InputError(
        `${path}: "pruned_heads" of layer ${layer} is ${JSON.stringify(heads)}; it must list heads below ${attentionHeads}, each once, of one of ${layers} layers`,
      );
    if (heads.length === attentionHeads)
      throw new InputError(`${path}: "pruned_heads" leaves layer ${layer} no head; at least one must stay`);
  }
  return entries.length > 0 ? (Object.fromEntries(entries) as Record<number, number[]>) : undefined;
}

/** How many heads a layer still has. */
export const headsOfLayer = ({ attentionHeads, prunedHeads }: EncoderConfiguration, layer: number): number =>
  attentionHeads - (prunedHeads?.[layer]?.length ?? 0);

/** Reads the configuration of a tagger that this library saved. */
export function readConfiguration(folder: string): ModelConfiguration {
  const config = readConfigurationFile(folder);
  const path = join(folder, 'config.json');
  const own = config.falconframes as Json | undefined;
  if (!own) {
    throw new InputError(
      `${path}: has no "falconframes" entry, so this is an encoder and not a tagger; train it first`,
    );
  }
  if (!isScheme(own.scheme)) {
    throw new InputError(`${path}: falconframes.scheme is "${own.scheme}"; it must be "bio" or "token"`);
  }
  const encoder = parseEncoder(config, folder);
  const maximumLength = Number(own.maximum_length);
  if (!Number.isInteger(maximumLength) || maximumLength < 3 || maximumLength > encoder.maximumPositions) {
    throw new InputError(
      `${path}: falconframes.maximum_length must lie between 3 and ${encoder.maximumPositions}`,
    );
  }
  return { encoder, scheme: own.scheme, maximumLength, threshold: readThreshold(own.threshold, path) };
}

/** One number for all classes, or an object with one for each. */
function readThreshold(given: unknown, path: string): Threshold {
  const check = (value: unknown, place: string) => {
    if (typeof value === 'number' && value > 0 && value < 1) return value;
    throw new InputError(`${path}: falconframes.threshold${place} must lie between 0 and 1`);
  };
  if (typeof given !== 'object' || given === null) return check(given, '');
  return byClass((label) => check((given as Json)[label], ` of ${label}`));
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

/** Reads what the head computes from the `architectures` of a config.json. */
export function readHead(folder: string): Head {
  const { architectures, id2label } = readConfigurationFile(folder) as {
    architectures?: string[];
    id2label?: Record<string, string>;
  };
  const name = architectures?.[0] ?? '';
  const [kind] = Object.entries(CLASS_NAMES).find(([, ending]) => name.endsWith(ending)) ?? [];
  if (!kind) {
    throw new InputError(
      `${join(folder, 'config.json')}: "architectures" names "${name}"; a model must end in one of ${Object.values(CLASS_NAMES).join(', ')}`,
    );
  }
  if (kind === 'vocabulary') return { kind };
  const labels = Object.entries(id2label ?? {})
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, label]) => label);
  return { kind: kind as 'tokens' | 'sequence', labels };
}

/** Whether a folder holds a masked language model; encoders saved without any head do not. */
export function predictsWords(folder: string): boolean {
  const { architectures } = readConfigurationFile(folder) as { architectures?: string[] };
  return architectures?.[0]?.endsWith(CLASS_NAMES.vocabulary) ?? false;
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
  writeFileAtomically(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

/** Writes the config.json of a tagger. */
export function writeConfiguration(
  folder: string,
  { encoder, scheme, maximumLength, threshold }: ModelConfiguration,
): void {
  const own = { scheme, maximum_length: maximumLength, threshold };
  writeNetworkConfiguration(folder, encoder, { kind: 'tokens', labels: savedLabels(scheme) }, { own });
}
