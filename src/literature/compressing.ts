import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../foundation';

/** Returns the folders of the models included in the project, as far as they exist. */
export function shippedModels(): string[] {
  return ['falconframes-small', 'falconframes-tiny']
    .map((name) => join(projectRoot, 'models', name))
    .filter((folder) => existsSync(join(folder, 'config.json')));
}

/** Path of the table of the pruning study included in the project; it need not exist. */
export const pruningStudy = join(projectRoot, 'data', 'pruning', 'pruning.csv');
