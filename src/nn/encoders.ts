import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodersFolder, InputError, projectRoot, showProgress, unwritable } from '../foundation';
import { downloadModel, hubFolder, isHubName } from './hub';
import { bytesToFetch, registeredEncoders } from './registry';

/** Returns the folder of an encoder given by its path, by a name in models/registry.json, or by a cached name of the hub. */
export function locateEncoder(nameOrFolder: string): string {
  const folder = findEncoder(nameOrFolder);
  if (folder) return folder;
  refuseUnfinished(nameOrFolder);
  const encoders = registeredEncoders();
  const registered = encoders.find(({ name }) => name === nameOrFolder);
  const bytes = registered && bytesToFetch(registered);
  if (bytes !== undefined)
    throw new InputError(
      `the encoder "${nameOrFolder}" is not downloaded yet (${Math.round(bytes / 1e6)} MB); training with it downloads it, and so does \`fetchEncoder\``,
    );
  throw new InputError(
    registered
      ? `the encoder "${nameOrFolder}" is not set up yet; run \`npx falconframes setup\``
      : `there is no encoder "${nameOrFolder}"; give one of ${encoders.map(({ name }) => name).join(', ')}, a model folder, or a name of the Hugging Face hub in the form owner/model`,
  );
}

/**
 * Like `locateEncoder`, but downloads what is not there yet: an encoder that models/registry.json lists in parts, or a model of the
 * Hugging Face hub (`owner/model`).
 *
 * @example await fetchEncoder('all-mpnet-base-v2'); // '…/models/pretrained/all-mpnet-base-v2'
 */
export async function fetchEncoder(nameOrFolder: string): Promise<string> {
  const folder = findEncoder(nameOrFolder);
  if (folder) return folder;
  const registered = registeredEncoders().find(({ name }) => name === nameOrFolder);
  if (registered?.source.parts) await fetchInParts(nameOrFolder);
  else if (isHubName(nameOrFolder)) {
    refuseUnfinished(nameOrFolder);
    return endingWithInterruptions(() => downloadModel(nameOrFolder));
  }
  return locateEncoder(nameOrFolder);
}

/** A folder is not looked for on the hub, whatever it lacks. @throws InputError if one of that name has no config.json */
function refuseUnfinished(folder: string): void {
  if (!existsSync(resolve(folder))) return;
  const original = existsSync(join(resolve(folder), 'bert_config.json'));
  throw new InputError(
    `${folder}: config.json is missing; ${
      original
        ? 'copy bert_config.json to config.json and add "model_type": "bert"'
        : 'name the folder of a pretrained model'
    }`,
  );
}

/** Lets the first Ctrl-C end a download: a training that handles it would go on until its first step. */
async function endingWithInterruptions<T>(work: () => Promise<T>): Promise<T> {
  const end = () => {
    process.off('SIGINT', end);
    process.kill(process.pid, 'SIGINT');
  };
  process.prependListener('SIGINT', end);
  try {
    return await work();
  } finally {
    process.off('SIGINT', end);
  }
}

function findEncoder(nameOrFolder: string): string | undefined {
  const places = [resolve(nameOrFolder), join(encodersFolder(), nameOrFolder)];
  if (isHubName(nameOrFolder)) places.push(hubFolder(nameOrFolder));
  return places.find((folder) => existsSync(join(folder, 'config.json')));
}

/** Downloads with the set-up's Python, in one process at a time. */
async function fetchInParts(name: string): Promise<void> {
  const script = pathToFileURL(join(projectRoot, 'environment', 'encoder-parts.mjs')).href;
  const parts = (await import(script)) as {
    fetchEncoder(name: string, progress: (done: number, total: number, note: string) => void): Promise<void>;
  };
  const progress = showProgress(`Downloading ${name}`);
  try {
    await parts.fetchEncoder(name, progress.update);
  } catch (error) {
    // Those of the set-up, which may not load the library: what is missing, or a program that failed.
    const { name: kind, message } = error as Error;
    if (kind === 'SetupError' || kind === 'CommandError')
      throw new InputError(`the encoder "${name}" cannot be fetched: ${message}`);
    throw unwritable(encodersFolder(), error);
  } finally {
    progress.end();
  }
}
