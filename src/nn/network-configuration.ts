import { describeJson, InputError, writeFileAtomically } from '../foundation';
import { configurationPath, type Json, parseEncoder, readConfigurationFile } from './encoder-configuration';
import { readLabels } from './label-names';
import { definitionOf, type EncoderConfiguration, type Head, type LabelOutcome } from './networks';

export const CLASS_NAMES: Record<Head['kind'], string> = {
  tokens: 'ForTokenClassification',
  sequence: 'ForSequenceClassification',
  vocabulary: 'ForMaskedLM',
};

/** Returns the kind of head of the first of the `architectures`; undefined for another network, or an encoder without a head. */
export function headKindOf(
  { architectures }: Json,
  encoder: Pick<EncoderConfiguration, 'type'>,
): Head['kind'] | undefined {
  const name: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  const kinds = Object.keys(CLASS_NAMES) as Head['kind'][];
  return kinds.find((kind) => name === `${definitionOf(encoder).className}${CLASS_NAMES[kind]}`);
}

/** Reads the kind of head from the `architectures` in a config.json. */
export function readHead(folder: string): Head {
  const config = readConfigurationFile(folder);
  const path = configurationPath(folder);
  const encoder = parseEncoder(config, folder);
  const kind = headKindOf(config, encoder);
  if (!kind) {
    const names = Object.values(CLASS_NAMES).map((ending) => definitionOf(encoder).className + ending);
    throw new InputError(
      `${path}: "architectures" names ${describeJson(config.architectures)}; a model must be one of ${names.join(', ')}`,
    );
  }
  if (kind !== 'vocabulary') return { kind, labels: readLabels(config, path) };
  refuseUntied(folder);
  return { kind };
}

/** @throws InputError if a masked language model has a matrix of its own in place of the word embeddings */
export function refuseUntied(folder: string): void {
  if (readConfigurationFile(folder).tie_word_embeddings === false)
    throw new InputError(
      `${configurationPath(folder)}: "tie_word_embeddings" is false; only masked language models that predict words by their embeddings are known`,
    );
}

/** Values of `problem_type`, from which Python's pipeline chooses a softmax over a sequence's labels or a sigmoid for each. */
export const PROBLEM_TYPES: Record<LabelOutcome, string> = {
  one: 'single_label_classification',
  several: 'multi_label_classification',
};

/**
 * Writes config.json so that Python's transformers build the same network.
 *
 * @param head undefined for an encoder without one @param own our entry, under `falconframes`
 */
export function writeNetworkConfiguration(
  folder: string,
  encoder: EncoderConfiguration,
  head: Head | undefined,
  { own, outcome }: { own?: Json; outcome?: LabelOutcome } = {},
): void {
  const labels = head === undefined || head.kind === 'vocabulary' ? [] : head.labels;
  const { className, keys, fixed, firstPosition } = definitionOf(encoder);
  const config: Json = {
    architectures: [`${className}${head ? CLASS_NAMES[head.kind] : 'Model'}`],
    model_type: encoder.type,
    vocab_size: encoder.vocabularySize,
    ...(keys.embeddingSize && { [keys.embeddingSize]: encoder.embeddingSize }),
    [keys.hiddenSize]: encoder.hiddenSize,
    [keys.layers]: encoder.layers,
    [keys.attentionHeads]: encoder.attentionHeads,
    ...(encoder.prunedHeads && { pruned_heads: encoder.prunedHeads }),
    [keys.intermediateSize]: encoder.intermediateSize,
    [keys.activation]: 'gelu',
    max_position_embeddings: encoder.maximumPositions + firstPosition(encoder.paddingId),
    ...(keys.tokenTypes && { [keys.tokenTypes]: encoder.tokenTypes }),
    ...(keys.layerNormEpsilon && { [keys.layerNormEpsilon]: encoder.layerNormEpsilon }),
    [keys.hiddenDropout]: encoder.hiddenDropout,
    [keys.attentionDropout]: encoder.attentionDropout,
    ...(keys.sequenceDropout && { [keys.sequenceDropout]: encoder.sequenceDropout }),
    pad_token_id: encoder.paddingId,
    ...fixed,
    position_embedding_type: 'absolute',
    ...(labels.length > 0 && {
      id2label: Object.fromEntries(labels.map((label, index) => [index, label])),
      label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    }),
    ...(head?.kind === 'sequence' && outcome && { problem_type: PROBLEM_TYPES[outcome] }),
    ...(own && { falconframes: own }),
  };
  writeConfigurationFile(folder, config);
}

export function writeConfigurationFile(folder: string, config: Json): void {
  writeFileAtomically(configurationPath(folder), `${JSON.stringify(config, null, 2)}\n`);
}
