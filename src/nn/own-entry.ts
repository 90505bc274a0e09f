import { byLabel, describeJson, InputError, isJsonObject, isLabel } from '../foundation';
import type { Threshold } from '../tokenization';
import { configurationPath, type Json, readConfigurationFile } from './encoder-configuration';
import { writeConfigurationFile } from './network-configuration';
import type { EncoderConfiguration } from './networks';

/** Classes shown to the user, each with its labels of the model. */
export type ViewClasses = Readonly<Record<string, readonly string[]>>;

/** Views of a model's labels, by name; the first is the default. */
export type Views = Readonly<Record<string, ViewClasses>>;

/** Tokens in a window: the memory of attention is quadratic in it. */
const LONGEST_WINDOW = 4096;

/** Returns our entry; empty for a folder from another program. */
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
    throw new InputError(`${path}: falconframes.maximum_length must be between 3 and ${longest}`);
  return length;
}

/** Reads one number for all labels, or an object with one per label. */
export function readThreshold(given: unknown, labels: readonly string[], path: string): Threshold {
  const check = (value: unknown, place: string) => {
    if (typeof value === 'number' && value > 0 && value < 1) return value;
    throw new InputError(`${path}: falconframes.threshold${place} must be between 0 and 1`);
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
          `of "${name}" has ${describeJson(unknown)}, which is not a label of the model; its labels are ${labels.join(', ')}`,
        );
    }
  }
  return given as Views;
}

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
