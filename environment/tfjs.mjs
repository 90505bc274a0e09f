// Step of an installed copy: the package @tensorflow/tfjs-node-gpu, which npm does not install with the library.
//
// If a program depends on it, that copy is used. Otherwise it is installed in the work folder, where no `npm install` of the
// program removes it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from './commands.mjs';
import { npmFailure } from './npm.mjs';
import { root, workFolder } from './places.mjs';

const NAME = '@tensorflow/tfjs-node-gpu';
const own = join(workFolder, 'native');

/** Returns the folder of the package, or undefined if it is missing; src/nn/backend.ts looks in the same places. */
export function tfjsFolder() {
  const copy = join(own, 'node_modules', NAME);
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve(`${NAME}/package.json`));
  } catch {
    return existsSync(join(copy, 'package.json')) ? copy : undefined;
  }
}

export const tfjsPackage = {
  name: 'npm package of TensorFlow',
  needs: [],
  isDone: () => tfjsFolder() !== undefined,
  plan: () => `${NAME} into ${own}`,
  async work() {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    mkdirSync(own, { recursive: true });
    writeFileSync(
      join(own, 'package.json'),
      JSON.stringify({ private: true, dependencies: peerDependencies }),
    );
    try {
      await run('npm', ['install', '--prefix', own, '--ignore-scripts', '--no-audit', '--no-fund'], {
        log: 'npm-tensorflow',
      });
    } catch (error) {
      throw npmFailure(error);
    }
  },
};
