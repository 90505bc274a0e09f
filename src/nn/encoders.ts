import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, projectRoot } from '../foundation';

/** The folder of an encoder given by a name of models/registry.json or by its own path. */
export function locateEncoder(nameOrFolder: string): string {
  for (const folder of [resolve(nameOrFolder), join(projectRoot, 'models', 'pretrained', nameOrFolder)]) {
    if (existsSync(join(folder, 'config.json'))) return folder;
  }
  const { encoders } = require('../../models/registry.json') as { encoders: { name: string }[] };
  const names = encoders.map(({ name }) => name);
  throw new InputError(
    names.includes(nameOrFolder)
      ? `the encoder "${nameOrFolder}" is not set up yet; run \`npm run setup\``
      : `there is no encoder "${nameOrFolder}"; give a model folder, or one of ${names.join(', ')}`,
  );
}
