import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { encodersFolder, InputError, projectRoot, unreadable } from '../foundation';
import { Tokenizer } from '../tokenization';
import { readEncoderConfiguration } from './encoder-configuration';
import { hubFolder } from './hub';
import { countNumbers, encoderParameterShapes } from './networks';
import { bytesToFetch, registeredEncoders } from './registry';
import { hasWeights, openWeights } from './weights';

/** An encoder on this machine, or one of models/registry.json that can be downloaded. */
export interface ListedEncoder {
  /** As `fetchEncoder` takes it; of a folder in `models/`, the folder's name. */
  name: string;
  /** `registry`: listed in models/registry.json; `hub`: cached from the Hugging Face hub; `folder`: any other. */
  origin: 'registry' | 'hub' | 'folder';
  folder: string;
  present: boolean;
  /** For one that is not present: the bytes to download when it is first named; without them, the set-up installs it. */
  bytesToFetch?: number;
  /** Of all files in the folder. */
  bytes?: number;
  /** `model_type` of config.json. */
  architecture?: string;
  layers?: number;
  hiddenSize?: number;
  /** Of the encoder, without a head. */
  parameters?: number;
  /** Why it cannot be trained, in a few words; undefined for an encoder that can be. */
  defect?: string;
}

/**
 * Lists the encoders at hand: those of models/registry.json, present or not, those cached from the hub, and the folders in `models/`.
 * Of each it reads the configuration, the tokenizer and the shapes of the weights, not the weights themselves.
 */
export function listEncoders(): ListedEncoder[] {
  const registered = registeredEncoders();
  const names = registered.map(({ name }) => name);
  const others = foldersIn(encodersFolder()).filter((name) => !names.includes(name));
  const cache = dirname(hubFolder('owner/model'));
  const models = join(projectRoot, 'models');
  return [
    ...registered.map((one): ListedEncoder => {
      const entry = { name: one.name, origin: 'registry' as const, folder: join(encodersFolder(), one.name) };
      if (existsSync(entry.folder)) return examine(entry);
      return { ...entry, present: false, bytesToFetch: bytesToFetch(one) };
    }),
    ...foldersIn(cache).map((name) =>
      examine({ name: name.replace('--', '/'), origin: 'hub', folder: join(cache, name) }),
    ),
    ...[...others.map((name) => join(encodersFolder(), name)), ...modelFolders(models)].map((folder) =>
      examine({ name: basename(folder), origin: 'folder', folder }),
    ),
  ];
}

/** The folders that are models with weights; `pretrained` beside them contains more of them. */
const modelFolders = (models: string): string[] =>
  foldersIn(models)
    .map((name) => join(models, name))
    .filter((folder) => existsSync(join(folder, 'config.json')) && hasWeights(folder));

/** Without those of a download that is running or was interrupted. A place that cannot be listed has no encoder to offer. */
function foldersIn(place: string): string[] {
  try {
    return readdirSync(place)
      .filter((name) => !/^\.|\.parts?$/.test(name) && isFolder(join(place, name)))
      .sort();
  } catch {
    return [];
  }
}

/** Links are followed; one that leads nowhere, or in a circle, is none. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function examine(entry: Pick<ListedEncoder, 'name' | 'origin' | 'folder'>): ListedEncoder {
  const { folder } = entry;
  const found: ListedEncoder = { ...entry, present: true };
  try {
    found.bytes = bytesIn(folder);
    const configuration = readEncoderConfiguration(folder);
    const shapes = encoderParameterShapes(configuration);
    const { type, layers, hiddenSize } = configuration;
    Object.assign(found, { architecture: type, layers, hiddenSize, parameters: countNumbers(shapes) });
    new Tokenizer(folder);
    const weights = openWeights(folder);
    for (const [name, shape] of shapes)
      if (String(weights.shapeOf(name)) !== String(shape))
        return { ...found, defect: `${basename(weights.path)} has no "${name}" of the shape [${shape}]` };
    return found;
  } catch (error) {
    const told = unreadable(folder, error);
    if (!(told instanceof InputError)) throw told;
    return { ...found, defect: shortened(told.message, folder) };
  }
}

/** Returns the part of a message that says what is wrong, without the folder and without the mend. */
function shortened(message: string, folder: string): string {
  return message.replaceAll(`${folder}/`, '').replace(`${folder}: `, '').split('; ')[0];
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
