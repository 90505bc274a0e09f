import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encodersFolder, InputError } from '../foundation';
import { downloadModel, hubFolder, isHubName } from './hub';

/** Returns the folder of an encoder given by its path, by a name in models/registry.json, or by a cached name of the hub. */
export function locateEncoder(nameOrFolder: string): string {
  const folder = findEncoder(nameOrFolder);
  if (folder) return folder;
  const { encoders } = require('../../models/registry.json') as { encoders: { name: string }[] };
  const names = encoders.map(({ name }) => name);
  throw new InputError(
    names.includes(nameOrFolder)
      ? `the encoder "${nameOrFolder}" is not set up yet; run \`npx falconframes setup\``
      : `there is no encoder "${nameOrFolder}"; give a model folder, or one of ${names.join(', ')}`,
  );
}

/** Like `locateEncoder`, but downloads a model of the Hugging Face hub (`owner/model`) if it is not cached. */
export async function fetchEncoder(nameOrFolder: string): Promise<string> {
  const folder = findEncoder(nameOrFolder);
  if (folder) return folder;
  return isHubName(nameOrFolder) ? downloadModel(nameOrFolder) : locateEncoder(nameOrFolder);
}

function findEncoder(nameOrFolder: string): string | undefined {
  const places = [resolve(nameOrFolder), join(encodersFolder(), nameOrFolder)];
  if (isHubName(nameOrFolder)) places.push(hubFolder(nameOrFolder));
  return places.find((folder) => existsSync(join(folder, 'config.json')));
}
