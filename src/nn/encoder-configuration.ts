import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeJson, InputError, readJsonObject } from '../foundation';
import { definitionOf, type EncoderConfiguration, type EncoderDefinition, encoderTypes } from './networks';

export type Json = Record<string, unknown>;

/** A config.json has a few kilobytes; with the labels of a large classifier, some hundred. */
const LARGEST_CONFIGURATION = 10_000_000;

/** Larger than any published encoder. Anything beyond is rejected before memory is allocated. */
const MOST = {
  vocabulary: 2_000_000,
  width: 16_384,
  layers: 256,
  heads: 1024,
  positions: 65_536,
  tokenTypes: 1024,
  parameters: 2 ** 30,
};

export const configurationPath = (folder: string): string => join(folder, 'config.json');

export function readConfigurationFile(folder: string): Json {
  const path = configurationPath(folder);
  if (!existsSync(path)) {
    throw new InputError(
      `${folder}: not a model folder, config.json cannot be read; name the folder of a trained or pretrained model`,
    );
  }
  return readJsonObject(path, "a model's configuration", LARGEST_CONFIGURATION);
}

/** Reads the encoder's shape from a Hugging Face config.json. */
export function readEncoderConfiguration(folder: string): EncoderConfiguration {
  return parseEncoder(readConfigurationFile(folder), folder);
}

export function parseEncoder(config: Json, folder: string): EncoderConfiguration {
  const path = configurationPath(folder);
  const type = encoderTypes().find((known) => known === config.model_type);
  if (type === undefined) {
    throw new InputError(
      config.model_type === undefined
        ? `${path}: has no "model_type"; add the one of its encoder, known are ${encoderTypes().join(', ')}`
        : `${path}: the model type is ${describeJson(config.model_type)}; known are ${encoderTypes().join(', ')}`,
    );
  }
  const definition = definitionOf({ type });
  const { keys } = definition;
  refuseOtherNetworks(config, definition, path);
  const whole = (key: string, most: number): number => {
    const value = config[key];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw new InputError(`${path}: "${key}" must be a whole number above 0, found ${describeJson(value)}`);
    }
    if (value > most)
      throw new InputError(`${path}: "${key}" is ${value}, but no known encoder has more than ${most}`);
    return value;
  };
  const share = (key: string, otherwise: number): number => {
    const value = config[key] ?? otherwise;
    if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
      throw new InputError(
        `${path}: "${key}" must be a number from 0 to below 1, found ${describeJson(value)}`,
      );
    }
    return value;
  };
  const paddingId = config.pad_token_id ?? definition.paddingId;
  if (typeof paddingId !== 'number' || !Number.isSafeInteger(paddingId) || paddingId < 0)
    throw new InputError(
      `${path}: "pad_token_id" must be the number of a token, found ${describeJson(paddingId)}`,
    );
  const firstPosition = definition.firstPosition(paddingId);
  const positions = whole('max_position_embeddings', MOST.positions);
  if (positions <= firstPosition)
    throw new InputError(
      `${path}: "max_position_embeddings" is ${positions}, but positions of a ${type} encoder begin at ${firstPosition}; fetch the file again`,
    );
  const hiddenSize = whole(keys.hiddenSize, MOST.width);
  const hiddenDropout = share(keys.hiddenDropout, 0.1);
  const encoder: EncoderConfiguration = {
    type,
    vocabularySize: whole('vocab_size', MOST.vocabulary),
    embeddingSize: keys.embeddingSize ? whole(keys.embeddingSize, MOST.width) : hiddenSize,
    hiddenSize,
    layers: whole(keys.layers, MOST.layers),
    attentionHeads: whole(keys.attentionHeads, MOST.heads),
    intermediateSize: whole(keys.intermediateSize, 4 * MOST.width),
    maximumPositions: positions - firstPosition,
    tokenTypes: keys.tokenTypes ? whole(keys.tokenTypes, MOST.tokenTypes) : 0,
    paddingId,
    layerNormEpsilon: keys.layerNormEpsilon ? share(keys.layerNormEpsilon, 1e-12) : 1e-12,
    hiddenDropout,
    attentionDropout: share(keys.attentionDropout, 0.1),
    sequenceDropout: keys.sequenceDropout ? share(keys.sequenceDropout, hiddenDropout) : hiddenDropout,
  };
  if (paddingId >= encoder.vocabularySize)
    throw new InputError(
      `${path}: "pad_token_id" is ${paddingId}, but the vocabulary has ${encoder.vocabularySize} tokens; correct it`,
    );
  if (encoder.hiddenSize % encoder.attentionHeads !== 0) {
    throw new InputError(
      `${path}: ${encoder.attentionHeads} attention heads do not divide a hidden size of ${encoder.hiddenSize}`,
    );
  }
  refuseGiants(encoder, path);
  const prunedHeads = parsePrunedHeads(config.pruned_heads, encoder, path);
  if (prunedHeads && definition.positionBias)
    throw new InputError(
      `${path}: "pruned_heads" leaves heads out of some layers, but all layers share a position bias of each head; fetch the original weights`,
    );
  return prunedHeads ? { ...encoder, prunedHeads } : encoder;
}

/** Returns the approximate number of parameters in an encoder's tables and matrices. */
export function approximateParameters(encoder: EncoderConfiguration): number {
  const { layers, hiddenSize, intermediateSize, vocabularySize, embeddingSize, maximumPositions } = encoder;
  return (
    (vocabularySize + maximumPositions) * embeddingSize +
    layers * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize)
  );
}

/** Numbers that are each within limits may be too large together. */
export function refuseGiants(encoder: EncoderConfiguration, path: string): void {
  const parameters = approximateParameters(encoder);
  if (parameters > MOST.parameters)
    throw new InputError(
      `${path}: describes ${parameters} parameters, but no known encoder has more than ${MOST.parameters}`,
    );
}

/**
 * Rejects networks of the same type whose config.json says that they compute something else. Their weights may have the same names
 * and shapes, so a wrong result would go unnoticed.
 */
function refuseOtherNetworks(
  config: Json,
  { keys: { activation }, fixed = {} }: EncoderDefinition,
  path: string,
): void {
  const refuse = (what: string) => {
    throw new InputError(`${path}: ${what}`);
  };
  if (config[activation] !== 'gelu')
    refuse(`the activation is ${describeJson(config[activation])}; only "gelu" is known`);
  const positions = config.position_embedding_type ?? 'absolute';
  if (positions !== 'absolute')
    refuse(`"position_embedding_type" is ${describeJson(positions)}; only "absolute" is known`);
  for (const [key, value] of Object.entries(fixed))
    if (config[key] !== undefined && config[key] !== value)
      refuse(`"${key}" is ${describeJson(config[key])}; only ${describeJson(value)} is known`);
  for (const key of ['is_decoder', 'add_cross_attention', 'is_encoder_decoder'])
    if (config[key]) refuse(`"${key}" is ${describeJson(config[key])}; only encoders are known`);
  if (config.quantization_config)
    refuse(
      'has a "quantization_config"; quantized weights are not read, name the folder with the original ones',
    );
  if (config.auto_map)
    refuse('has an "auto_map": its network is defined by custom Python code, which is not supported');
}

/** Parses `pruned_heads` as written by transformers before version 5: lists of heads by layer. */
function parsePrunedHeads(
  value: unknown,
  { layers, attentionHeads }: EncoderConfiguration,
  path: string,
): EncoderConfiguration['prunedHeads'] {
  if (typeof (value ?? {}) !== 'object')
    throw new InputError(`${path}: "pruned_heads" is ${describeJson(value)}; it must list heads by layer`);
  const entries = Object.entries((value ?? {}) as Json);
  const isBelow = (limit: number) => (number: unknown) =>
    Number.isInteger(number) && (number as number) >= 0 && (number as number) < limit;
  for (const [layer, heads] of entries) {
    const fits = /^\d+$/.test(layer) && isBelow(layers)(Number(layer)) && Array.isArray(heads);
    if (!fits || !heads.every(isBelow(attentionHeads)) || new Set(heads).size !== heads.length)
      throw new InputError(
        `${path}: "pruned_heads" of layer ${describeJson(layer)} is ${describeJson(heads)}; it must list heads below ${attentionHeads}, each once, for one of ${layers} layers`,
      );
    if (heads.length === attentionHeads)
      throw new InputError(`${path}: "pruned_heads" leaves layer ${layer} without a head; keep at least one`);
  }
  return entries.length > 0 ? (Object.fromEntries(entries) as Record<number, number[]>) : undefined;
}

/** Replaces the encoder's dropout, in layers and head; null leaves it unchanged. */
export function setDropout(encoder: EncoderConfiguration, dropout: number | null): void {
  if (dropout === null) return;
  Object.assign(encoder, { hiddenDropout: dropout, attentionDropout: dropout, sequenceDropout: dropout });
}
