// Step: the npm packages that package-lock.json names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run, SetupError, tellsOfFullDisk, tellsOfNoNetwork } from './commands.mjs';
import { nodeModules, root } from './places.mjs';

export const npmPackages = {
  name: 'npm packages',
  needs: [],

  // npm's own mark: it writes down what it installed once all of it is in place.
  isDone() {
    const installed = readPackages(join(nodeModules, '.package-lock.json'));
    const wanted = readPackages(join(root, 'package-lock.json'));
    return (
      installed !== undefined &&
      Object.entries(wanted).every(
        ([path, { version, integrity, optional }]) =>
          path === '' ||
          (installed[path]
            ? installed[path].version === version && installed[path].integrity === integrity
            : // Packages for other kinds of machine are optional, and left out here.
              optional),
      )
    );
  },

  plan: () => '`npm ci`',

  async work() {
    const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    try {
      await run('npm', ['ci', ...options], { log: 'npm' });
    } catch (error) {
      if (error.code === 'ENOENT') {
        throw new SetupError(
          'npm is missing; install it with `apt-get install npm`, or take Node from its official archive, which brings it',
        );
      }
      if (error instanceof CommandError) {
        if (tellsOfFullDisk(error.output)) {
          throw new SetupError('the disk is full; free about 1 GB and run `npm run setup` again');
        }
        if (/code EUSAGE/.test(error.output)) {
          throw new SetupError(
            'package-lock.json does not fit package.json; run `npm install` after changing dependencies by hand',
          );
        }
        if (tellsOfNoNetwork(error.output)) {
          throw new SetupError(
            'no way to the npm registry; connect to the network and run `npm run setup` again',
          );
        }
      }
      throw error;
    }
  },
};

function readPackages(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined;
}
