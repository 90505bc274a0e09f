import { byLabel, describeJson, InputError, isJsonObject, isLabel } from '../foundation';
import type { Threshold } from '../tokenization';
import {
  configurationPath,
  type EncoderConfiguration,
  type Json,
  readConfigurationFile,
} from './encoder-configuration';
import { writeConfigurationFile } from './network-configuration';

/** Classes that a user sees, each with the labels of the model that it is made of. */
export type ViewClasses = Readonly<Record<string, readonly string[]>>;

/** Views of a model's labels, by name; the first is the default. */
export type Views = Readonly<Record<string, ViewClasses>>;

/** Tokens of a window: attention takes memory by their square. */
const LONGEST_WINDOW = 4096;

/** Our own entry; empty for a folder of another program. */
export function ownEntry({ falconframes: own = {} }: Json, path: string): Json {
  if (!isJsonObject(own))
    throw new InputError(
      `${path}: "falconframes" is ${describeJson(own)}; it must be an object, restore the file`,
    );
  return own;
}

export function readMaximumLength(
  own: Json,
  { maximumPositions }: EncoderConfiguration,
  path: string,
): number {
  const longest = Math.min(maximumPositions, LONGEST_WINDOW);
  const { maximum_length: length = longest } = own;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 3 || length > longest)
    throw new InputError(`${path}: falconframes.maximum_length must lie between 3 and ${longest}`);
  return length;
}

/** One number for all labels, or an object with one for each. */
export function readThreshold(given: unknown, labels: readonly string[], path: string): Threshold {
  const check = (value: unknown, place: string) => {
    if (typeof value === 'number' && value > 0 && value < 1) return value;
    throw new InputError(`${path}: falconframes.threshold${place} must lie between 0 and 1`);
  };
  if (!isJsonObject(given)) return check(given, '');
  return byLabel(labels, (label) =>
    check(Object.hasOwn(given, label) ? given[label] : undefined, ` of ${label}`),
  );
}

export function readViews(given: unknown, labels: readonly string[], path: string): Views {
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
          `of "${name}" has ${describeJson(unknown)}, which is no label of the model; these are ${labels.join(', ')}`,
        );
    }
  }
  return given as Views;
}

/** Writes other thresholds into a model's config.json and leaves the rest as it is. */
export const writeThreshold = (folder: string, threshold: Threshold): void =>
  writeOwnEntry(folder, { threshold });

/** Adds keys to our own entry in a model's config.json and leaves the rest as it is. */
export function writeOwnEntry(folder: string, keys: Json): void {
  const config = readConfigurationFile(folder);
  const own = { ...ownEntry(config, configurationPath(folder)), ...keys };
  writeConfigurationFile(folder, { ...config, falconframes: own });
}

/** A key of our own entry, as it stands there. */
export function readOwnEntry(folder: string, key: string): unknown {
  return ownEntry(readConfigurationFile(folder), configurationPath(folder))[key];
}
