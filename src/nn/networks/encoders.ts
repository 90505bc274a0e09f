import { bert } from './bert';
import type { EncoderConfiguration } from './configuration';
import type { EncoderDefinition } from './definition';
import { distilbert } from './distilbert';
import { electra } from './electra';
import { mpnet } from './mpnet';
import type { NetworkOperations } from './operations';
import { roberta } from './roberta';

/** The known encoders, by `model_type` in config.json. */
const ENCODERS: Readonly<Record<string, EncoderDefinition>> = { bert, distilbert, electra, mpnet, roberta };

/** `model_type` of every known encoder. */
export const encoderTypes = (): string[] => Object.keys(ENCODERS);

/** Prefix of the tensors of every known encoder. */
export const encoderPrefixes = (): string[] => Object.values(ENCODERS).map(({ prefix }) => prefix);

/** Returns the definition of a known encoder. */
export const definitionOf = ({ type }: Pick<EncoderConfiguration, 'type'>): EncoderDefinition =>
  ENCODERS[type];

/** The forward pass of an encoder // -> hidden states [batch, length, hidden] */
export const encode = <T>(nn: NetworkOperations<T>, configuration: EncoderConfiguration): T =>
  definitionOf(configuration).encode(nn, configuration);
